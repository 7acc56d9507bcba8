"""What make smoke-aws asks of an account: parameters that fit, answers that are understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from deployment import status as standing
from deployment.account import __main__ as account
from deployment.account.questions import catches, diagnostics, preflight, wrong_ways
from deployment.configure import __main__ as configure
from deployment.machine import filled

DEFINITION = filled(Path(__file__).parents[2])
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:redash-migration"


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.client(
        "stepfunctions",
        region_name="ap-northeast-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def test_an_objection_of_the_service_is_reported() -> None:
    client, stubber = stubbed()
    found = {"severity": "ERROR", "code": "INVALID_JSON", "message": "m", "location": "/States"}
    answer = {"result": "FAIL", "diagnostics": [found, {**found, "severity": "WARNING"}]}
    stubber.add_response("validate_state_machine_definition", answer, None)
    assert diagnostics(client, DEFINITION) == ["/States: INVALID_JSON: m"]


def test_each_catch_is_asked_for_and_a_wrong_way_told() -> None:
    client, stubber = stubbed()
    ways = list(catches(DEFINITION))
    assert len(ways) > 20
    for number, (name, error, wanted) in enumerate(ways):
        asked = {
            "definition": ANY,
            "stateName": name,
            "input": "{}",
            "variables": ANY,
            "mock": {"errorOutput": {"error": error, "cause": "smoke"}},
            "stateConfiguration": {"retrierRetryCount": 99},
        }
        answer = {"status": "CAUGHT_ERROR", "nextState": wanted if number else "Nowhere"}
        stubber.add_response("test_state", answer, asked)
    [told] = wrong_ways(client, DEFINITION)
    assert told.startswith(f"{ways[0][0]}: {ways[0][1]} leads to Nowhere")
    stubber.assert_no_pending_responses()


def test_a_preflight_is_waited_for() -> None:
    client, stubber = stubbed()
    execution = MACHINE.replace("stateMachine", "execution") + ":1"
    wanted = {"mode": "preflight", "requestedBy": "smoke"}
    stubber.add_response(
        "start_execution",
        {"executionArn": execution, "startDate": 0},
        {"stateMachineArn": MACHINE, "input": json.dumps(wanted)},
    )
    for status in ("RUNNING", "SUCCEEDED"):
        answer = {
            "executionArn": execution,
            "stateMachineArn": MACHINE,
            "status": status,
            "startDate": 0,
        }
        stubber.add_response("describe_execution", answer, {"executionArn": execution})
    rests: list[float] = []
    assert preflight(client, MACHINE, rests.append) == "SUCCEEDED"
    assert len(rests) == 1


@pytest.mark.parametrize("command", [account, configure, standing])
def test_an_account_that_can_not_be_asked_is_told_in_sentences(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody-s")
    for name in ("ID", "STACK"):
        monkeypatch.delenv(name, raising=False)
    try:
        code = command.main()
    except SystemExit as end:
        code = end.code
    assert code not in {0, None}
    out, err = capsys.readouterr()
    assert "nobody-s" in f"{out}{err}{code}"
