"""A redrive, as a recording of Step Functions has it: what runs again, and what is told of it."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud, Deployment, Execution, Fault
from rehearsal.cloud.repairs.executions import redrive
from tests.integration.cloud.interpreter.small_stack import task, token_task

Run = Callable[..., Execution]
Start = Callable[..., str]

CONTEXT = {"execution": "{% $states.context.Execution %}", "state": "{% $states.context.State %}"}
RETRY = [{"ErrorEquals": ["Broken"], "IntervalSeconds": 1, "MaxAttempts": 1}]


class Calls:
    """Every event that the function was called with, by the name it was called for; the names
    ``failing`` fail."""

    def __init__(self, cloud: Cloud) -> None:
        self.seen: list[dict[str, Any]] = []
        self.failing: set[str] = set()
        cloud.invoke_fault = self.ask

    def ask(self, _function: str, event: Any) -> Fault | None:
        self.seen.append(event)
        return Fault.error("Broken") if event.get("name") in self.failing else None

    def names(self) -> list[str]:
        return [event["name"] for event in self.seen]


@pytest.fixture
def calls(cloud: Cloud) -> Calls:
    return Calls(cloud)


def hello(deployment: Deployment, name: str, **more: Any) -> dict[str, Any]:
    return task(deployment, "HelloFunction", {"name": name, **CONTEXT}, **more)


def redriven(cloud: Cloud, arn: str) -> Execution:
    cloud.client("stepfunctions").redrive_execution(executionArn=arn)
    return cloud.wait_for_execution(arn)


def described(cloud: Cloud, arn: str) -> dict[str, Any]:
    return dict(cloud.client("stepfunctions").describe_execution(executionArn=arn))


def events(execution: Execution, kind: str) -> list[dict[str, Any]]:
    return [event for event in execution.history if event["type"] == kind]


def refused(cloud: Cloud, arn: str) -> str:
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").redrive_execution(executionArn=arn)
    assert problem.value.response["Error"]["Code"] == "ExecutionNotRedrivable"
    answer = described(cloud, arn)
    assert answer["redriveStatus"] == "NOT_REDRIVABLE"
    return str(answer["redriveStatusReason"])


def test_a_failed_state_is_not_entered_again(
    cloud: Cloud, run: Run, deployment: Deployment, calls: Calls
) -> None:
    states = {
        "First": hello(deployment, "first", Assign={"kept": "{% 'kept' %}"}, Next="Work"),
        "Work": hello(deployment, "work", Retry=RETRY, Next="Last"),
        "Last": {"Type": "Pass", "Output": "{% $kept %}", "End": True},
    }
    calls.failing = {"work"}
    failed = run({"StartAt": "First", "States": states})
    assert (failed.status, failed.error) == ("FAILED", "Broken")
    assert described(cloud, failed.arn)["redriveStatus"] == "REDRIVABLE"
    assert redriven(cloud, failed.arn).status == "FAILED"
    calls.failing = set()
    ended = redriven(cloud, failed.arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", "kept")
    assert calls.names() == ["first", "work", "work", "work", "work", "work"]
    work = calls.seen[1:]
    assert [event["state"]["RetryCount"] for event in work] == [0, 1, 0, 1, 0]
    assert [event["execution"]["RedriveCount"] for event in work] == [0, 0, 1, 1, 2]
    assert len({event["state"]["EnteredTime"] for event in work}) == 1
    told = [event["execution"].get("RedriveTime") for event in work]
    assert told[:2] == [None, None]
    assert work[0]["state"]["EnteredTime"] < told[2] == told[3] < told[4]
    assert ended.states() == ["First", "Work", "Last"]
    assert [event["id"] for event in ended.history] == list(range(1, len(ended.history) + 1))
    [entered] = [
        e for e in ended.history if e.get("stateEnteredEventDetails", {}).get("name") == "Work"
    ]
    again = [event["id"] for event in events(ended, "ExecutionRedriven")]
    after = [ended.history[number] for number in again]
    assert {(e["type"], e["previousEventId"]) for e in after} == {("TaskScheduled", entered["id"])}
    assert [ended.history[number - 1]["previousEventId"] for number in again] == [
        event["id"] for event in events(ended, "ExecutionFailed")
    ]
    assert described(cloud, ended.arn)["redriveCount"] == 2


def test_of_a_parallel_only_what_failed_or_was_aborted_runs_again(
    cloud: Cloud, run: Run, deployment: Deployment, calls: Calls
) -> None:
    def branch(name: str, end: dict[str, Any]) -> dict[str, Any]:
        first = hello(deployment, f"{name}-1", Assign={"own": name}, Next=f"{name}2")
        return {"StartAt": f"{name}1", "States": {f"{name}1": first, f"{name}2": end}}

    branches = [
        branch("Done", hello(deployment, "Done-2", Output="{% $own %}", End=True)),
        branch("Failed", hello(deployment, "Failed-2", Output="{% $own %}", End=True)),
        branch("Aborted", {"Type": "Wait", "Seconds": 3, "Output": "{% $own %}", "End": True}),
    ]
    states = {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}
    calls.failing = {"Failed-2"}

    def late(function: str, event: Any) -> Fault | None:
        """The failure comes when the first branch has ended, and the third waits."""
        if event.get("name") == "Failed-2":
            time.sleep(1.5)
        return calls.ask(function, event)

    cloud.invoke_fault = late
    failed = run({"StartAt": "Both", "States": states})
    assert failed.error == "Broken"
    calls.failing, calls.seen = set(), []
    ended = redriven(cloud, failed.arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", ["Done", "Failed", "Aborted"])
    assert calls.names() == ["Failed-2"]
    entered = ["Both", "Done1", "Failed1", "Aborted1", "Done2", "Failed2", "Aborted2"]
    assert sorted(ended.states()) == sorted(entered)
    assert len(events(ended, "ParallelStateStarted")) == 1


def test_of_a_map_only_what_had_not_succeeded_runs_again(
    cloud: Cloud, run: Run, deployment: Deployment, calls: Calls
) -> None:
    inner = task(
        deployment,
        "HelloFunction",
        {"name": "{% $states.input %}"},
        Output="{% $states.input & '!' %}",
        End=True,
    )
    each = {
        "Type": "Map",
        "Items": ["a", "b", "c"],
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "I", "States": {"I": inner}},
        "End": True,
    }
    inside = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "M", "States": {"M": each}}],
        "End": True,
    }
    calls.failing = {"b"}
    failed = run({"StartAt": "Outer", "States": {"Outer": inside}})
    assert calls.names() == ["a", "b"]
    assert redriven(cloud, failed.arn).status == "FAILED"
    calls.failing = set()
    ended = redriven(cloud, failed.arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", [["a!", "b!", "c!"]])
    assert calls.names() == ["a", "b", "b", "b", "c"]
    assert [len(events(ended, kind)) for kind in ("MapStateStarted", "MapIterationStarted")] == [
        1,
        3,
    ]


def test_what_a_second_round_enters_anew_runs_as_a_whole(
    cloud: Cloud, run: Run, deployment: Deployment, calls: Calls
) -> None:
    """A Map that is left and entered again knows nothing of what its first round has done."""
    inner = task(deployment, "HelloFunction", {"name": "{% $states.input %}"}, End=True)
    states = {
        "Begin": {"Type": "Pass", "Assign": {"round": 1}, "Next": "Each"},
        "Each": {
            "Type": "Map",
            "Items": ["a", "b"],
            "MaxConcurrency": 1,
            "ItemProcessor": {"StartAt": "I", "States": {"I": inner}},
            "Assign": {"round": "{% $round + 1 %}"},
            "Next": "Again",
        },
        "Again": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $round < 3 %}", "Next": "Each"}],
            "Default": "Last",
        },
        "Last": {"Type": "Succeed"},
    }
    calls.failing = {"b"}
    failed = run({"StartAt": "Begin", "States": states})
    calls.failing = set()
    assert redriven(cloud, failed.arn).status == "SUCCEEDED"
    assert calls.names() == ["a", "b", "b", "a", "b"]


def test_a_stopped_execution_goes_on_beside_the_function_that_is_still_at_work(
    cloud: Cloud, start: Start, deployment: Deployment, calls: Calls
) -> None:
    client = cloud.client("stepfunctions")
    output = {"count": "{% $states.context.Execution.RedriveCount %}"}
    payload = {"name": "slow", "sleep": "{% $states.context.Execution.RedriveCount = 0 ? 3 : 0 %}"}
    slow = task(deployment, "HelloFunction", payload, Output=output, End=True)
    arn = start({"StartAt": "Slow", "States": {"Slow": slow}})
    end = time.monotonic() + 10
    while not calls.seen and time.monotonic() < end:
        time.sleep(0.02)
    client.stop_execution(executionArn=arn, error="Operator", cause="a look first")
    ended = redriven(cloud, arn)
    assert ended.output == {"count": 1}
    time.sleep(3.2)  # what the first run's function answers now is told nobody
    assert cloud.execution(arn).history == ended.history
    kinds = [event["type"] for event in ended.history]
    assert [kinds.count(one) for one in ("ExecutionAborted", "TaskStarted", "TaskSucceeded")] == [
        1,
        2,
        1,
    ]


def test_the_token_of_an_earlier_run_has_timed_out(
    cloud: Cloud, start: Start, deployment: Deployment, token: Callable[..., str]
) -> None:
    client = cloud.client("stepfunctions")
    arn = start({"StartAt": "W", "States": {"W": token_task(deployment, "redriven", End=True)}})
    first = token("redriven")
    client.stop_execution(executionArn=arn)
    client.redrive_execution(executionArn=arn)
    second = token("redriven", first)
    with pytest.raises(ClientError) as problem:
        client.send_task_success(taskToken=first, output='"old"')
    assert problem.value.response["Error"]["Code"] == "TaskTimedOut"
    client.send_task_success(taskToken=second, output='"new"')
    assert cloud.wait_for_execution(arn).output == "new"


def test_a_fail_state_fails_again(cloud: Cloud, run: Run) -> None:
    failed = run({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}})
    again = redriven(cloud, failed.arn)
    assert (again.status, again.error, again.states()) == ("FAILED", "E", ["F"])
    kinds = ["ExecutionRedriven", "ExecutionFailed"]
    assert [event["type"] for event in again.history[-2:]] == kinds


def test_a_parallel_with_too_much_data_is_done_again_as_a_whole(
    cloud: Cloud, run: Run, deployment: Deployment, calls: Calls
) -> None:
    large = hello(deployment, "large", Output="{% $pad('', 140000, 'x') %}", End=True)
    branches = [{"StartAt": name, "States": {name: large}} for name in ("A", "B")]
    states = {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}
    failed = run({"StartAt": "Both", "States": states})
    assert failed.error == "States.DataLimitExceeded"
    assert redriven(cloud, failed.arn).status == "FAILED"
    assert calls.names() == ["large"] * 4


def test_what_can_not_be_redriven_says_why(
    cloud: Cloud, run: Run, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
    arn = start(wait)
    assert refused(cloud, arn) == "Execution is RUNNING and cannot be redriven"
    cloud.client("stepfunctions").stop_execution(executionArn=arn)
    assert described(cloud, arn)["redriveStatus"] == "REDRIVABLE"
    monkeypatch.setattr(redrive, "MOST_EVENTS", 3)
    assert refused(cloud, arn) == "Execution history event limit exceeded"
    monkeypatch.undo()
    [execution] = [
        one
        for machine in cloud.backend("stepfunctions").state_machines
        for one in machine.executions
        if one.exec_arn == arn
    ]
    execution.stop_date = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=14, hours=1)
    assert refused(cloud, arn) == "Execution redrivable period exceeded"
    done = run({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})
    assert refused(cloud, done.arn) == "Execution is SUCCEEDED and cannot be redriven"
