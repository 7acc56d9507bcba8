"""Task tokens, heartbeats and stopping, as Step Functions has them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud, Deployment, Execution
from tests.integration.cloud.interpreter.small_stack import task, token_task

Start = Callable[..., str]
Token = Callable[..., str]


ABORTED = "ExecutionAborted"


def code(problem: pytest.ExceptionInfo[ClientError]) -> str:
    """The error code that boto3 shows."""
    return str(problem.value.response["Error"]["Code"])


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """Where this test's tokens are stored."""
    return str(request.node.name)


@pytest.fixture
def waiting(deployment: Deployment, start: Start, key: str) -> Callable[..., str]:
    """Starts a machine that waits for one token."""

    def begin(**more: Any) -> str:
        states = {"Wait": token_task(deployment, key, End=True, **more)}
        return start({"StartAt": "Wait", "States": states})

    return begin


@pytest.fixture
def fresh(token: Token, key: str) -> Callable[[], str]:
    """Waits for this test's next token."""
    seen: list[str] = []

    def look() -> str:
        seen.append(token(key, *seen))
        return seen[-1]

    return look


def test_a_token_resumes_with_its_output(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    arn = waiting()
    cloud.client("stepfunctions").send_task_success(taskToken=fresh(), output='{"a": 1}')
    ended = cloud.wait_for_execution(arn, 10)
    assert (ended.status, ended.output) == ("SUCCEEDED", {"a": 1})


def test_a_second_answer_is_refused(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    client = cloud.client("stepfunctions")
    arn = waiting()
    found = fresh()
    client.send_task_success(taskToken=found, output='{"first": true}')
    with pytest.raises(ClientError) as problem:
        client.send_task_success(taskToken=found, output='{"first": false}')
    assert code(problem) == "TaskTimedOut"
    assert cloud.wait_for_execution(arn, 10).output == {"first": True}
    with pytest.raises(ClientError) as problem:
        client.send_task_failure(taskToken=found, error="Late")
    assert code(problem) == "TaskTimedOut"


def test_of_many_answers_at_once_one_counts(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    arn, found, accepted = waiting(), fresh(), []

    def answer(number: int) -> None:
        try:
            cloud.client("stepfunctions").send_task_success(taskToken=found, output=str(number))
            accepted.append(number)
        except ClientError:
            return

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert accepted == [cloud.wait_for_execution(arn, 10).output]


def test_an_unknown_token_is_invalid(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").send_task_success(taskToken="x" * 30, output="{}")
    assert code(problem) == "InvalidToken"


def test_an_output_that_is_no_json_is_refused(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    arn, found = waiting(), fresh()
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").send_task_success(taskToken=found, output="{nonsense")
    assert code(problem) == "InvalidOutput"
    cloud.client("stepfunctions").send_task_success(taskToken=found, output="{}")
    assert cloud.wait_for_execution(arn, 10).status == "SUCCEEDED"


def test_a_failure_keeps_error_and_cause(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    arn = waiting()
    cloud.client("stepfunctions").send_task_failure(
        taskToken=fresh(), error="CommandFailed", cause='said "no"\nand went'
    )
    ended = cloud.wait_for_execution(arn, 10)
    assert (ended.status, ended.error) == ("FAILED", "CommandFailed")
    assert ended.cause == 'said "no"\nand went'


def test_each_attempt_has_a_token_of_its_own(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arn, client = waiting(Retry=retry), cloud.client("stepfunctions")
    first = fresh()
    client.send_task_failure(taskToken=first, error="Again")
    second = fresh()
    assert second != first
    with pytest.raises(ClientError) as problem:
        client.send_task_success(taskToken=first, output="{}")
    assert code(problem) == "TaskTimedOut"
    client.send_task_success(taskToken=second, output='"second"')
    assert cloud.wait_for_execution(arn, 10).output == "second"


def test_a_time_out_closes_the_token_and_can_be_caught(
    cloud: Cloud, deployment: Deployment, start: Start, fresh: Callable[[], str], key: str
) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    wait = token_task(deployment, key, TimeoutSeconds=1, Catch=catch, End=True)
    late = {"Type": "Pass", "Output": "late", "End": True}
    arn = start({"StartAt": "Wait", "States": {"Wait": wait, "Late": late}})
    found = fresh()
    assert cloud.wait_for_execution(arn, 10).output == "late"
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").send_task_success(taskToken=found, output="{}")
    assert code(problem) == "TaskTimedOut"


def heartbeat(deployment: Deployment, key: str, **more: Any) -> dict[str, Any]:
    """A token task with a heartbeat and no time-out."""
    state = token_task(deployment, key, HeartbeatSeconds=2, **more)
    del state["TimeoutSeconds"]
    return state


def test_a_missed_heartbeat_is_caught_by_its_name(
    cloud: Cloud, deployment: Deployment, start: Start, key: str
) -> None:
    catch = [
        {"ErrorEquals": ["States.Timeout"], "Next": "Timeout"},
        {"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Silent"},
    ]
    states = {
        "Wait": heartbeat(deployment, key, Catch=catch, End=True),
        "Timeout": {"Type": "Pass", "Output": "time-out", "End": True},
        "Silent": {"Type": "Pass", "Output": "{% $states.input.Error %}", "End": True},
    }
    ended = cloud.wait_for_execution(start({"StartAt": "Wait", "States": states}), 10)
    assert ended.output == "States.HeartbeatTimeout"


def test_heartbeats_keep_a_task_alive(
    cloud: Cloud, deployment: Deployment, start: Start, fresh: Callable[[], str], key: str
) -> None:
    arn = start({"StartAt": "W", "States": {"W": heartbeat(deployment, key, End=True)}})
    found, pause = fresh(), threading.Event()
    for _ in range(4):
        pause.wait(0.6)
        cloud.client("stepfunctions").send_task_heartbeat(taskToken=found)
    cloud.client("stepfunctions").send_task_success(taskToken=found, output='"alive"')
    assert cloud.wait_for_execution(arn, 10).output == "alive"


def test_heartbeat_without_time_out_waits_for_ever(deployment: Deployment, key: str) -> None:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    definition = {"StartAt": "W", "States": {"W": heartbeat(deployment, key, End=True)}}
    program, _ = AmazonStateLanguageParser.parse(
        json.dumps({"QueryLanguage": "JSONata", **definition})
    )
    assert program.states.states["W"].timeout.is_default_value()


def test_stopping_ends_a_token_wait_at_once(
    cloud: Cloud, waiting: Callable[..., str], fresh: Callable[[], str]
) -> None:
    catch = {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}]}
    arn = waiting(**catch)
    found = fresh()
    client = cloud.client("stepfunctions")
    client.stop_execution(executionArn=arn, error="Operator", cause="enough")
    ended: Execution = cloud.execution(arn)
    assert (ended.status, ended.error, ended.cause) == ("ABORTED", "Operator", "enough")
    with pytest.raises(ClientError) as problem:
        client.send_task_success(taskToken=found, output="{}")
    assert code(problem) == "TaskTimedOut"
    threading.Event().wait(0.3)
    again = cloud.execution(arn)
    assert again.status == "ABORTED"
    assert again.history[-1]["type"] == "ExecutionAborted"


def test_a_state_goes_no_further_when_stopped_while_it_is_evaluated(
    cloud: Cloud, deployment: Deployment, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    evaluate: Callable[[str], Any] = vars(jsonata)["_eval_jsonata"]
    started = threading.Event()

    def stop_first(expression: str) -> Any:
        if "stopped here" in expression:
            started.wait(5)
            cloud.client("stepfunctions").stop_execution(executionArn=arn)
        return evaluate(expression)

    monkeypatch.setattr(jsonata, "_eval_jsonata", stop_first)
    before = cloud.lambdas["HelloFunction"].usage.invocations
    payload = {"name": "{% 'stopped here' %}", "text": "{% 'never' %}"}
    state = task(deployment, "HelloFunction", payload, TimeoutSeconds="{% 20 + 1 %}", End=True)
    arn = start({"StartAt": "Evaluated", "States": {"Evaluated": state}})
    started.set()
    while (ended := cloud.execution(arn)).running or ended.history[-1]["type"] != ABORTED:
        threading.Event().wait(0.05)
    assert ended.status == "ABORTED"
    assert "TaskScheduled" not in {event["type"] for event in ended.history}
    assert cloud.lambdas["HelloFunction"].usage.invocations == before


def test_an_item_goes_no_further_when_another_has_failed(
    cloud: Cloud, deployment: Deployment, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    evaluate: Callable[[str], Any] = vars(jsonata)["_eval_jsonata"]
    caught = threading.Event()

    def hold(expression: str) -> Any:
        if "held here" in expression:
            caught.wait(10)
        if "caught" in expression:
            caught.set()
        return evaluate(expression)

    monkeypatch.setattr(jsonata, "_eval_jsonata", hold)
    payload = {"name": "{% 'held here' %}", "text": "{% 'never' %}"}
    states = {
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "Bad"}],
            "Default": "Held",
        },
        "Held": task(deployment, "HelloFunction", payload, TimeoutSeconds="{% 20 + 1 %}", End=True),
        "Bad": {"Type": "Fail", "Error": "Bad"},
    }
    both = {
        "Type": "Map",
        "Items": [1, 2],
        "ItemProcessor": {"StartAt": "Which", "States": states},
        "Catch": [{"ErrorEquals": ["Bad"], "Next": "Caught"}],
        "End": True,
    }
    rest = {"Type": "Pass", "Output": "{% 'caught' %}", "Next": "Linger"}
    linger = {"Type": "Wait", "Seconds": 1, "End": True}
    arn = start({"StartAt": "M", "States": {"M": both, "Caught": rest, "Linger": linger}})
    ended = cloud.wait_for_execution(arn, 20)
    assert (ended.status, ended.output) == ("SUCCEEDED", "caught")
    assert "TaskScheduled" not in {event["type"] for event in ended.history}


def test_a_failing_branch_closes_the_tokens_of_the_others(
    cloud: Cloud, deployment: Deployment, start: Start, fresh: Callable[[], str], key: str
) -> None:
    wait = token_task(deployment, key, End=True)
    states = {"Rest": {"Type": "Wait", "Seconds": 1, "Next": "Bad"}, "Bad": {"Type": "Fail"}}
    parallel = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Token", "States": {"Token": wait}},
            {"StartAt": "Rest", "States": states},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Linger"}],
        "End": True,
    }
    linger = {"Type": "Wait", "Seconds": 2, "End": True}
    arn = start({"StartAt": "Both", "States": {"Both": parallel, "Linger": linger}})
    found = fresh()
    end = time.monotonic() + 10
    while "Linger" not in cloud.execution(arn).states() and time.monotonic() < end:
        time.sleep(0.05)
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").send_task_success(taskToken=found, output="{}")
    assert code(problem) == "TaskTimedOut"
    assert cloud.wait_for_execution(arn).status == "SUCCEEDED"
