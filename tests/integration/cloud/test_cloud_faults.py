"""AWS calls and invocations: written down, and broken on purpose."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from rehearsal.cloud import Call, Cloud, Deployment, Fault

MAIL = ("sns", "Publish")


def calls(cloud: Cloud) -> list[dict[str, Any]]:
    """The lines of aws-calls.ndjson."""
    text = (cloud.directory / "aws-calls.ndjson").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_calls_are_traced_to_their_function(cloud: Cloud, deployment: Deployment) -> None:
    seen: list[Call] = []
    cloud.call_observer = seen.append
    cloud.invoke("HelloFunction", {"store": "traced", "put": True})
    found = [(line["function"], line["service"], line["action"]) for line in calls(cloud)[-2:]]
    assert found == [
        ("HelloFunction", "dynamodb", "PutItem"),
        ("HelloFunction", "s3", "PutObject"),
    ]
    assert [call.action for call in seen] == ["PutItem", "PutObject"]
    assert seen[1].params == {"Bucket": deployment.ref("Bucket"), "Key": "a/b"}
    assert seen[0].instance.startswith("HelloFunction-")


def test_no_secret_is_written_down(cloud: Cloud) -> None:
    cloud.invoke("TokenFunction", {"token": "VERY-SECRET", "key": "k"})
    text = (cloud.directory / "aws-calls.ndjson").read_text()
    assert "VERY-SECRET" not in text
    assert calls(cloud)[-1]["params"]["Item"]["token"] == "***"


def test_a_call_can_be_refused(cloud: Cloud) -> None:
    refused: list[Call] = []

    def fault(call: Call) -> Fault | None:
        if call.action == "PutItem":
            refused.append(call)
            return Fault.error("AccessDeniedException", "not you")
        return None

    cloud.call_fault = fault
    answer = cloud.invoke("HelloFunction", {"store": "refused"})
    assert answer.value["errorType"] == "ClientError"
    assert "(AccessDeniedException) when calling the PutItem" in answer.value["errorMessage"]
    assert len(refused) == 1
    assert calls(cloud)[-1]["error"] == "AccessDeniedException"


def test_a_call_that_the_role_does_not_allow_is_refused(
    cloud: Cloud, deployment: Deployment
) -> None:
    guard = cloud.server.calls.guard
    held = deployment.statements("HelloFunction")
    without = [one for one in held if "dynamodb" not in json.dumps(one)]
    assert len(without) < len(held)
    guard.learn({"HelloFunction": without}, "")
    try:
        answer = cloud.invoke("HelloFunction", {"store": "not allowed"})
    finally:
        guard.learn({"HelloFunction": held}, "")
    assert "is not authorized to perform: dynamodb:PutItem" in answer.value["errorMessage"]
    assert cloud.invoke("HelloFunction", {"store": "allowed"}).error == ""


def test_s3_errors_look_like_s3(cloud: Cloud) -> None:
    cloud.call_fault = lambda call: (
        Fault.error("AccessDenied", "no", 403) if call.service == "s3" else None
    )
    answer = cloud.invoke("HelloFunction", {"put": True})
    assert "(AccessDenied) when calling the PutObject" in answer.value["errorMessage"]


def test_a_throttled_call_is_tried_again_by_boto3(cloud: Cloud) -> None:
    faults = [Fault.throttle()]
    cloud.call_fault = lambda _: faults.pop() if faults else None
    assert cloud.invoke("HelloFunction", {"store": "throttled"}).error == ""
    assert not faults


@pytest.mark.parametrize(("fault", "done"), [(Fault.kill(), False), (Fault.kill_after(), True)])
def test_a_process_can_die_at_a_call(
    cloud: Cloud, deployment: Deployment, fault: Fault, done: bool
) -> None:
    key = f"killed-{fault.kind}"
    cloud.call_fault = lambda call: fault if call.action == "PutItem" else None
    answer = cloud.invoke("HelloFunction", {"store": key})
    assert answer.value["errorType"] == "Runtime.ExitError"
    assert answer.value["errorMessage"].endswith("Runtime exited with error: signal: killed")
    found = cloud.client("dynamodb").get_item(
        TableName=deployment.outputs["TableName"], Key={"pk": {"S": key}}
    )
    assert ("Item" in found) is done
    cloud.call_fault = None
    assert cloud.invoke("HelloFunction", {}).error == ""


def once(fault: Fault) -> Any:
    """The fault for the first invocation only."""
    left = [fault]
    return lambda *_: left.pop() if left else None


def test_invocations_can_be_broken(cloud: Cloud) -> None:
    cloud.invoke_fault = once(Fault.throttle())
    assert cloud.invoke("HelloFunction", {}).throttled
    cloud.invoke_fault = once(Fault.error("Made.Up", "x"))
    assert cloud.invoke("HelloFunction", {}).value["errorType"] == "Made.Up"
    cloud.invoke_fault = once(Fault.time_out())
    assert cloud.invoke("HelloFunction", {}).value["errorType"] == "Sandbox.Timedout"
    cloud.invoke_fault = once(Fault.kill(after_seconds=0.2))
    answer = cloud.invoke("HelloFunction", {"sleep": 1.5})
    assert answer.value["errorType"] == "Runtime.ExitError"
    before = cloud.invoke("HelloFunction", {}).value["calls"]
    cloud.invoke_fault = once(Fault.twice())
    assert cloud.invoke("HelloFunction", {}).value["calls"] == before + 2
    assert cloud.invoke("HelloFunction", {}).error == ""


def test_an_email_that_can_not_be_sent_is_a_call_that_fails(cloud: Cloud) -> None:
    topic = Fault.error("InternalError", "no mail today", 500)
    cloud.call_fault = lambda call: topic if (call.service, call.action) == MAIL else None
    answer = cloud.invoke("HelloFunction", {"publish": "words", "attempts": 1})
    assert "(InternalError) when calling the Publish" in answer.value["errorMessage"]
    assert calls(cloud)[-1]["params"]["Message"] == "***"
    assert cloud.mailbox.mails() == []


def test_an_upload_is_told_to_go_on_before_its_body_is_sent(cloud: Cloud) -> None:
    host, port = cloud.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"PUT /nobody/nothing HTTP/1.1\r\nHost: s3.localhost\r\nContent-Length: 4\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"body")
        assert b"HTTP/1.1 " in connection.recv(1024)
