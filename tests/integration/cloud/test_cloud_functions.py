"""Functions: environment, layers, warm processes, failures, asynchronous retries."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rehearsal.cloud import Cloud, Deployment, Fault
from rehearsal.cloud.repairs import hooks


def test_the_process_stays_warm(cloud: Cloud) -> None:
    first = cloud.invoke("HelloFunction", {"name": "日本"}).value
    second = cloud.invoke("HelloFunction", {"name": "b"}).value
    assert first["text"] == "Hello 日本"
    assert (second["pid"], second["calls"]) == (first["pid"], first["calls"] + 1)
    assert 0 < second["remaining"] <= 2000


def test_concurrent_invocations_get_processes_of_their_own(cloud: Cloud) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = pool.map(lambda _: cloud.invoke("HelloFunction", {"sleep": 1}), range(3))
        assert len({answer.value["pid"] for answer in answers}) == 3


def test_the_environment_is_the_templates_and_lambdas(cloud: Cloud, deployment: Deployment) -> None:
    names = [
        "TABLE",
        "PAGE_URL",
        "DATABASE",
        "AWS_REGION",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "MOTO_PORT",
        "VIRTUAL_ENV",
        "PYTHONPATH",
    ]
    found = cloud.invoke("HelloFunction", {"environment": names}).value
    assert found == {
        "TABLE": deployment.outputs["TableName"],
        "PAGE_URL": deployment.approval_url,
        "DATABASE": "redash",
        "AWS_REGION": "ap-northeast-1",
        "AWS_LAMBDA_FUNCTION_NAME": deployment.functions["HelloFunction"].name,
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": "HelloFunction",
        "MOTO_PORT": None,
        "VIRTUAL_ENV": None,
        "PYTHONPATH": None,
    }


def test_a_function_has_its_layers_and_no_more(cloud: Cloud) -> None:
    assert cloud.invoke("DatabaseFunction", {"import": "psycopg"}).value == "psycopg"
    assert cloud.invoke("DatabaseFunction", {"import": "boto3"}).value == "boto3"
    for absent in ("moto", "rehearsal", "yaml"):
        answer = cloud.invoke("DatabaseFunction", {"import": absent})
        assert answer.value["errorMessage"] == f"No module named '{absent}'"
    assert cloud.invoke("HelloFunction", {"import": "greetings"}).value == "greetings"
    answer = cloud.invoke("HelloFunction", {"import": "psycopg"})
    assert answer.value["errorType"] == "ModuleNotFoundError"


def test_an_error_keeps_class_message_and_trace(cloud: Cloud) -> None:
    answer = cloud.invoke("HelloFunction", {"raise": "だめ"})
    assert answer.error == "Unhandled"
    assert (answer.value["errorType"], answer.value["errorMessage"]) == ("Stubborn", "だめ")
    assert "raise Stubborn" in answer.value["stackTrace"][-1]
    assert "Stubborn" in (cloud.directory / "logs" / "HelloFunction.log").read_text()


def test_a_crash_ends_the_process_only(cloud: Cloud) -> None:
    before = cloud.invoke("HelloFunction", {}).value["pid"]
    answer = cloud.invoke("HelloFunction", {"exit": 7})
    assert answer.value["errorType"] == "Runtime.ExitError"
    assert answer.value["errorMessage"].endswith("Runtime exited with error: exit status 7")
    assert cloud.invoke("HelloFunction", {}).value["pid"] != before


def test_a_time_out_kills_the_process(cloud: Cloud) -> None:
    pid = cloud.invoke("HelloFunction", {}).value["pid"]
    answer = cloud.invoke("HelloFunction", {"sleep": 60})
    assert answer.value["errorType"] == "Sandbox.Timedout"
    assert answer.value["errorMessage"].endswith("Task timed out after 2.00 seconds")
    assert cloud.invoke("HelloFunction", {}).value["pid"] != pid


def test_a_module_that_does_not_load_says_why(cloud: Cloud, tmp_path: Any) -> None:
    import dataclasses

    (tmp_path / "app.py").write_text("import not_there\n")
    found = cloud.lambdas["DatabaseFunction"].definition
    broken = dataclasses.replace(
        found, logical_id="Broken", name="broken", arn=found.arn + "b", code=tmp_path
    )
    cloud.lambdas.add(broken)
    answer = cloud.invoke("Broken", {})
    assert answer.value["errorType"] == "Runtime.ImportModuleError"
    assert "not_there" in answer.value["errorMessage"]

    (tmp_path / "app.py").write_text("raise ValueError('at import')\n")
    cloud.lambdas.add(dataclasses.replace(broken, logical_id="Broken2", name="broken2"))
    answer = cloud.invoke("Broken2", {})
    assert "at import" in answer.value["errorMessage"]


def test_reserved_concurrency_throttles(cloud: Cloud) -> None:
    import dataclasses

    found = cloud.lambdas["HelloFunction"].definition
    cloud.lambdas.add(
        dataclasses.replace(
            found, logical_id="Single", name="single", arn=found.arn + "s", reserved_concurrency=1
        )
    )
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: cloud.invoke("Single", {"sleep": 1}), range(2)))
    assert sorted(answer.throttled for answer in answers) == [False, True]


def test_the_invoke_api_reaches_the_function(cloud: Cloud, deployment: Deployment) -> None:
    client = cloud.client("lambda")
    name = deployment.functions["HelloFunction"].name
    answer = client.invoke(FunctionName=name, Payload=json.dumps({"name": "API"}))
    assert json.load(answer["Payload"])["text"] == "Hello API"
    assert "FunctionError" not in answer
    failed = client.invoke(FunctionName=name, Payload=b'{"raise": "x"}')
    assert failed["FunctionError"] == "Unhandled"


def test_the_invoke_api_takes_events(
    cloud: Cloud, deployment: Deployment, stored: Callable[[str], dict[str, Any]]
) -> None:
    answer = cloud.client("lambda").invoke(
        FunctionName=deployment.functions["HelloFunction"].arn,
        InvocationType="Event",
        Payload=b'{"store": "later"}',
    )
    assert answer["StatusCode"] == 202
    assert stored("later")


def test_an_asynchronous_failure_is_tried_twice_more_and_kept(
    cloud: Cloud, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.lambdas.asynchronous_retry_seconds == (60.0, 120.0)
    monkeypatch.setattr(hooks, "time_scale", 200.0)
    invoked = []
    cloud.invoke_fault = lambda _, event: invoked.append(event["id"])
    event = cloud.emit("test.source", "T", {"kind": "wanted", "fail": True})
    queue = deployment.ref("DeadLetters")
    end = time.monotonic() + 10
    messages: list[dict[str, Any]] = []
    while not messages and time.monotonic() < end:
        messages = cloud.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
        threading.Event().wait(0.05)
    assert invoked == [event, event, event]
    assert json.loads(messages[0]["Body"])["id"] == event


def test_an_event_that_would_be_too_old_is_given_up(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "time_scale", 200.0)
    function = cloud.lambdas["HelloFunction"]
    aged = dataclasses.replace(function.definition, asynchronous_age=90.0)
    monkeypatch.setattr(function, "definition", aged)
    invoked, given_up = [], threading.Event()

    def fail(_function: str, event: Any) -> Fault:
        invoked.append(event)
        return Fault.error("Broken")

    cloud.invoke_fault = fail
    monkeypatch.setattr(cloud.lambdas, "undelivered", lambda *_: given_up.set())
    cloud.lambdas.invoke_asynchronously("HelloFunction", {})
    assert given_up.wait(10)
    assert len(invoked) == 2  # the third would come 180 s after the event


def test_usage_is_written_down(cloud: Cloud) -> None:
    cloud.invoke("HelloFunction", {})
    usage = cloud.lambdas["HelloFunction"].usage
    assert usage.invocations > usage.errors
    assert usage.max_rss_kb > 10_000


def test_the_plain_runtime_client_does_the_same(cloud: Cloud) -> None:
    import dataclasses

    found = cloud.lambdas["HelloFunction"].definition
    cloud.lambdas.add(
        dataclasses.replace(found, logical_id="Plain", name="plain", arn=found.arn + "p")
    )
    cloud.lambdas.plain_client = True
    try:
        first = cloud.invoke("Plain", {"name": "日本"}).value
        second = cloud.invoke("Plain", {}).value
        failed = cloud.invoke("Plain", {"raise": "だめ"})
    finally:
        cloud.lambdas.plain_client = False
    assert (first["text"], second["calls"]) == ("Hello 日本", 2)
    assert second["pid"] == first["pid"]
    assert (failed.value["errorType"], failed.value["errorMessage"]) == ("Stubborn", "だめ")


def test_payloads_have_lambdas_limit(cloud: Cloud) -> None:
    assert len(cloud.invoke("HelloFunction", {"answer": 6_000_000}).value) == 6_000_000
    answer = cloud.invoke("HelloFunction", {"answer": 6_300_000})
    assert answer.value["errorType"] == "Function.ResponseSizeTooLarge"
    answer = cloud.invoke("HelloFunction", {"name": "x" * 6_300_000})
    assert answer.value["errorType"] == "RequestEntityTooLargeException"
