"""The state-machine interpreter, as Step Functions behaves."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from redash_migration.adapters.stepfunctions import StepFunctions
from rehearsal.cloud import Cloud, Deployment, Execution, Fault
from rehearsal.cloud.repairs import hooks
from rehearsal.cloud.repairs.executions import history_hook
from rehearsal.cloud.repairs.executions.described_executions import Told
from tests.integration.cloud.interpreter.small_stack import task

Run = Callable[..., Execution]

AWKWARD = [
    'a "quoted" word',
    "back\\slash",
    "line\nline\r\n\ttab",
    "it's 100 % {fine} [here] $dollar `tick`",
    "日本語のクエリ",
    "emoji 😀 and \u2028 separators \u0000",
    '"); $states := 1; ("',
]


def pass_through(expression: str) -> dict[str, Any]:
    """A machine that answers with one expression."""
    return {"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": expression, "End": True}}}


@pytest.mark.parametrize("text", AWKWARD)
def test_strings_pass_through_variables_unharmed(run: Run, text: str) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"kept": "{% $states.input.text %}"}, "Next": "Give"},
        "Give": {
            "Type": "Pass",
            "Output": {"kept": "{% $kept %}", "given": "{% $states.input.text %}"},
            "End": True,
        },
    }
    assert run({"StartAt": "Keep", "States": states}, {"text": text}).output == {
        "kept": text,
        "given": text,
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{% 6 * 7 %}", 42),
        ("{% 1 / 4 %}", 0.25),
        ("{% $states.input.list[type='a'].size %}", [1, 3]),
        ("{% $sum($states.input.list.size) %}", 6),
        ("{% $exists($states.input.absent) ? 'yes' : 'no' %}", "no"),
        ("{% $map($states.input.list, function($v, $i) { $v.size * $i }) %}", [0, 2, 6]),
        ("{% $merge([$states.input.list[0], {'x': 1}]) %}", {"type": "a", "size": 1, "x": 1}),
        ("{% $count($states.input.list[size > 5]) %}", 0),
        ("{% $join(['a', 'b'], '-') & $string(1) %}", "a-b1"),
        ("{% [] %}", []),
        ("{% null %}", None),
        ("{% true and $not(false) %}", True),
        ("{% $partition([1,2,3,4,5], 2) %}", [[1, 2], [3, 4], [5]]),
        ("{% $parse('{\"a\": [1]}').a %}", [1]),
        ("{% $states.context.Execution.Input.list[0].type %}", "a"),
    ],
)
def test_jsonata(run: Run, expression: str, expected: Any) -> None:
    given = {"list": [{"type": "a", "size": 1}, {"type": "b", "size": 2}, {"type": "a", "size": 3}]}
    ended = run(pass_through(expression), given)
    assert (ended.status, ended.cause, ended.output) == ("SUCCEEDED", "", expected)


def test_an_expression_that_fails_can_be_caught_by_name(run: Run, deployment: Deployment) -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}]
    states = {
        "Bad": task(deployment, "HelloFunction", "{% $number('x') %}", Catch=catch, End=True),
        "Caught": {"Type": "Pass", "Output": "{% $states.input.Error %}", "End": True},
    }
    ended = run({"StartAt": "Bad", "States": states})
    assert ended.output == "States.QueryEvaluationError"


def test_a_value_that_is_not_there_fails_the_execution(run: Run) -> None:
    ended = run(pass_through("{% $states.input.absent %}"))
    assert (ended.status, ended.error) == ("FAILED", "States.QueryEvaluationError")


def test_an_unmatched_choice_has_its_error_name(run: Run) -> None:
    choices = [{"Condition": "{% $states.input.a = 1 %}", "Next": "Done"}]
    states = {"C": {"Type": "Choice", "Choices": choices}, "Done": {"Type": "Succeed"}}
    ended = run({"StartAt": "C", "States": states}, {"a": 2})
    assert (ended.status, ended.error) == ("FAILED", "States.NoChoiceMatched")


def test_the_handlers_own_classes_are_retried_and_caught(
    cloud: Cloud, run: Run, deployment: Deployment
) -> None:
    calls = []
    cloud.invoke_fault = lambda function, _: calls.append(function)
    retry = [{"ErrorEquals": ["Stubborn"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    catch = [
        {"ErrorEquals": ["Other"], "Next": "Wrong"},
        {"ErrorEquals": ["Stubborn"], "Next": "Caught", "Output": "{% $states.errorOutput %}"},
    ]
    payload = {"raise": "no, 日本"}
    states = {
        "T": task(deployment, "HelloFunction", payload, Retry=retry, Catch=catch, End=True),
        "Caught": {"Type": "Pass", "End": True},
        "Wrong": {"Type": "Fail"},
    }
    ended = run({"StartAt": "T", "States": states})
    assert ended.output["Error"] == "Stubborn"
    cause = json.loads(ended.output["Cause"])
    assert cause["errorMessage"] == "no, 日本"
    assert "functions/hello/app.py" in cause["stackTrace"][-1]
    assert calls == ["HelloFunction", "HelloFunction"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [({"exit": 3}, "Runtime.ExitError"), ({"sleep": 60}, "Sandbox.Timedout")],
)
def test_crash_and_time_out_of_a_function_have_lambdas_names(
    run: Run, deployment: Deployment, payload: dict[str, Any], error: str
) -> None:
    state = task(deployment, "HelloFunction", payload, End=True)
    ended = run({"StartAt": "T", "States": {"T": state}})
    assert (ended.status, ended.error) == ("FAILED", error)
    assert "exit status 3" in ended.cause or "Task timed out after 2.00 seconds" in ended.cause


def test_only_a_process_that_is_gone_is_told_as_gone(
    cloud: Cloud, run: Run, deployment: Deployment
) -> None:
    """By its request's id, whatever its retry did; a time limit proves nothing, nor a failure."""
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Late"}]
    forged = {"raise": f"RequestId: {uuid.uuid4()} Error: Runtime exited with error: x"}
    states = {
        "Dies": task(deployment, "HelloFunction", {"exit": 3}, Retry=retry, Catch=catch),
        "Late": task(deployment, "HelloFunction", {"sleep": 60}, Catch=[{**catch[0], "Next": "F"}]),
        "F": task(deployment, "HelloFunction", forged, Catch=[{**catch[0], "Next": "Done"}]),
        "Done": {"Type": "Pass", "End": True},
    }
    for name, following in (("Dies", "Late"), ("Late", "F"), ("F", "Done")):
        states[name]["Next"] = following
    ended = run({"StartAt": "Dies", "States": states})
    assert ended.status == "SUCCEEDED"
    causes = [
        json.loads(event["taskFailedEventDetails"]["cause"])
        for event in ended.history
        if event["type"] == "TaskFailed"
    ]
    requests = {
        one["errorMessage"].split()[1] for one in causes if one["errorType"] == "Runtime.ExitError"
    }
    assert len(requests) == 2
    machine = StepFunctions(cloud.client("stepfunctions"))
    assert machine.died(ended.arn) == requests
    assert machine.died(ended.arn + "x") == frozenset()


def test_a_throttled_function_is_an_error_of_lambda(
    cloud: Cloud, run: Run, deployment: Deployment
) -> None:
    faults = [Fault.throttle()]
    cloud.invoke_fault = lambda *_: faults.pop() if faults else None
    retry = [
        {
            "ErrorEquals": ["Lambda.TooManyRequestsException"],
            "IntervalSeconds": 1,
            "MaxAttempts": 1,
        }
    ]
    states = {"T": task(deployment, "HelloFunction", {"name": "x"}, Retry=retry, End=True)}
    ended = run({"StartAt": "T", "States": states})
    assert ended.output["text"] == "Hello x"
    assert not faults


def map_of(deployment: Deployment, items: Any, concurrency: int) -> dict[str, Any]:
    """A Map state that calls a function for each item."""
    payload = {"name": "{% $states.input %}", "sleep": 0.05}
    inner = task(deployment, "HelloFunction", payload, End=True)
    inner["Output"] = "{% $states.result.Payload.text %}"
    return {
        "Type": "Map",
        "Items": items,
        "MaxConcurrency": concurrency,
        "ItemProcessor": {"StartAt": "I", "States": {"I": inner}},
        "End": True,
    }


def test_a_map_keeps_order_and_concurrency(
    cloud: Cloud, run: Run, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, running, most = threading.Lock(), 0, 0
    original = cloud.lambdas["HelloFunction"].invoke

    def counted(*arguments: Any) -> Any:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return original(*arguments)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(cloud.lambdas["HelloFunction"], "invoke", counted)
    state = map_of(deployment, "{% [1..12].$string() %}", 3)
    ended = run({"StartAt": "M", "States": {"M": state}})
    assert ended.output == [f"Hello {number}" for number in range(1, 13)]
    assert most == 3


def test_a_map_over_many_items(run: Run) -> None:
    inner = {"P": {"Type": "Pass", "Output": "{% $states.input %}", "End": True}}
    state = {
        "Type": "Map",
        "Items": "{% [1..1100] %}",
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "P", "States": inner},
        "Output": "{% $sum($states.result) %}",
        "End": True,
    }
    ended = run({"StartAt": "M", "States": {"M": state}}, timeout=60)
    assert (ended.error, ended.output) == ("", 1100 * 1101 // 2)


def test_a_failing_branch_fails_its_parallel_state(run: Run, deployment: Deployment) -> None:
    bad = task(deployment, "HelloFunction", {"raise": "x"}, End=True)
    good = task(deployment, "HelloFunction", {"name": "y"}, End=True)
    state = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Good", "States": {"Good": good}},
            {"StartAt": "Bad", "States": {"Bad": bad}},
        ],
        "Catch": [{"ErrorEquals": ["Stubborn"], "Next": "Caught"}],
        "End": True,
    }
    states = {"Both": state, "Caught": {"Type": "Pass", "Output": "caught", "End": True}}
    assert run({"StartAt": "Both", "States": states}).output == "caught"


def test_a_failing_item_fails_its_map_state(run: Run, deployment: Deployment) -> None:
    inner = task(deployment, "HelloFunction", {"raise": "x"}, End=True)
    state = {
        "Type": "Map",
        "Items": [1, 2, 3],
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "I", "States": {"I": inner}},
        "Catch": [{"ErrorEquals": ["Stubborn"], "Next": "Caught"}],
        "End": True,
    }
    states = {"All": state, "Caught": {"Type": "Pass", "Output": "caught", "End": True}}
    assert run({"StartAt": "All", "States": states}).output == "caught"


def test_the_context_object_has_aws_times_and_a_name(run: Run) -> None:
    found = run(pass_through("{% $states.context %}")).output
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    assert moment.fullmatch(found["Execution"]["StartTime"])
    assert moment.fullmatch(found["State"]["EnteredTime"])
    assert re.fullmatch(r"[0-9a-f-]{36}", found["Execution"]["Name"])


def test_history_comes_in_pages_and_backwards(cloud: Cloud, run: Run) -> None:
    states: dict[str, Any] = {f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(60)}
    states["S60"] = {"Type": "Succeed"}
    arn = run({"StartAt": "S0", "States": states}).arn
    client = cloud.client("stepfunctions")
    first = client.get_execution_history(executionArn=arn, maxResults=50)
    assert [event["id"] for event in first["events"]] == list(range(1, 51))
    rest = client.get_execution_history(
        executionArn=arn, maxResults=1000, nextToken=first["nextToken"]
    )
    assert rest["events"][0]["id"] == 51
    assert "nextToken" not in rest
    last = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)
    assert last["events"][0]["type"] == "ExecutionSucceeded"
    assert len(client.get_execution_history(executionArn=arn)["events"]) == 100


def test_a_rejected_definition_leaves_the_next_one_alone(cloud: Cloud, run: Run) -> None:
    bad = {
        "QueryLanguage": "JSONata",
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}},
    }
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").create_state_machine(
            name="bad", definition=json.dumps(bad), roleArn="arn:aws:iam::123456789012:role/x"
        )
    assert problem.value.response["Error"]["Code"] == "InvalidDefinition"
    assert run(pass_through("{% 1 + 1 %}")).output == 2


def test_what_does_not_exist_has_its_error_code(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    arn = "arn:aws:states:ap-northeast-1:123456789012:execution:none:none"
    with pytest.raises(ClientError) as problem:
        client.describe_execution(executionArn=arn)
    assert problem.value.response["Error"]["Code"] == "ExecutionDoesNotExist"


def test_start_and_end_are_events_on_the_bus(cloud: Cloud, run: Run) -> None:
    seen: list[dict[str, Any]] = []

    def keep(event: dict[str, Any]) -> list[Any]:
        seen.append(event)
        return [event]

    cloud.event_filter = keep
    arn = run(pass_through("{% 1 %}")).arn
    ours = [event for event in seen if event["resources"] == [arn]]
    assert [event["detail"]["status"] for event in ours] == ["RUNNING", "SUCCEEDED"]
    assert ours[0]["detail-type"] == "Step Functions Execution Status Change"
    assert ours[1]["detail"]["output"] == "1"


def test_listeners_hear_each_state_and_may_ask_back(
    cloud: Cloud, run: Run, deployment: Deployment
) -> None:
    heard: list[tuple[str, str]] = []
    caught: list[str] = []
    asked: list[str] = []

    def listen(record: dict[str, Any]) -> None:
        if record["kind"].startswith("state_"):
            heard.append((record["kind"], record["state"]))
            caught.extend([record["state"]] if record.get("caught") else [])
            asked.append(cloud.execution(record["execution"]).status)

    cloud.listeners.append(listen)
    try:
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
        bad = task(deployment, "HelloFunction", {"raise": "x"}, Catch=catch, End=True)
        run({"StartAt": "Bad", "States": {"Bad": bad, "End": {"Type": "Succeed"}}})
        threading.Event().wait(0.3)
    finally:
        cloud.listeners.remove(listen)
    assert heard == [
        ("state_entered", "Bad"),
        ("state_failed", "Bad"),
        ("state_exited", "Bad"),
        ("state_entered", "End"),
        ("state_exited", "End"),
    ]
    assert caught == ["Bad"]
    assert asked[-1] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"A": {"Type": "Pass", "Next": "B"}}, "no state 'B' (at /States/A/Next)"),
        (
            {"A": {"Type": "Pass", "End": True}, "B": {"Type": "Succeed"}},
            "UNREACHABLE_STATE: 'B' is not reachable",
        ),
        (
            {"A": {"Type": "Pass", "Output": "{% (1 + %}", "End": True}},
            "INVALID_JSONATA",
        ),
        (
            {
                "A": {
                    "Type": "Map",
                    "Items": [1],
                    "ItemProcessor": {
                        "StartAt": "I",
                        "States": {"I": {"Type": "Pass", "Next": "J"}},
                    },
                    "End": True,
                }
            },
            "no state 'J' (at /States/A/ItemProcessor/States/I/Next)",
        ),
    ],
)
def test_definitions_are_checked(cloud: Cloud, states: dict[str, Any], words: str) -> None:
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}
    with pytest.raises(ClientError) as problem:
        cloud.client("stepfunctions").create_state_machine(
            name="bad",
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::123456789012:role/x",
        )
    assert problem.value.response["Error"]["Code"] == "InvalidDefinition"
    assert words in str(problem.value)


def test_more_data_than_a_state_holds_ends_the_execution_whatever_is_caught(run: Run) -> None:
    branch = {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": True}}}
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {
        "Twice": {"Type": "Parallel", "Branches": [branch, branch], "Catch": caught, "End": True},
        "Caught": {"Type": "Pass", "Output": "caught", "End": True},
    }
    machine = {"StartAt": "Twice", "States": states}
    assert run(machine, "x" * 120_000).output == ["x" * 120_000] * 2
    ended = run(machine, "x" * 140_000)
    assert (ended.status, ended.error) == ("FAILED", "States.DataLimitExceeded")


@pytest.mark.parametrize(
    "payload",
    [{"answer": 300_000}, {"name": "{% $pad('', 300000, 'x') %}"}],
    ids=["answer", "given"],
)
def test_states_all_does_not_catch_what_is_terminal(
    run: Run, deployment: Deployment, payload: dict[str, Any]
) -> None:
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    state = task(deployment, "HelloFunction", payload, Output="short", Catch=caught, End=True)
    silent = {"Type": "Pass", "Output": "caught", "End": True}
    ended = run({"StartAt": "T", "States": {"T": state, "Caught": silent}})
    assert (ended.status, ended.error) == ("FAILED", "States.DataLimitExceeded")


@pytest.mark.parametrize("seconds", ["0.5", "-1", "'a'", "100000000", "null"])
def test_a_wait_is_a_whole_number_of_seconds(run: Run, seconds: str) -> None:
    wait = {"Type": "Wait", "Seconds": f"{{% {seconds} %}}", "End": True}
    assert run({"StartAt": "W", "States": {"W": wait}}).error == "States.QueryEvaluationError"


@pytest.mark.parametrize("seconds", ["0.5", "0", "'a'", "100000000"])
def test_a_time_limit_is_a_whole_number_of_seconds(
    run: Run, deployment: Deployment, seconds: str
) -> None:
    limit = f"{{% {seconds} %}}"
    state = task(deployment, "HelloFunction", {}, TimeoutSeconds=limit, End=True)
    assert run({"StartAt": "T", "States": {"T": state}}).error == "States.QueryEvaluationError"


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("with a blank", "{}", "InvalidName"),
        ("with:colon", "{}", "InvalidName"),
        ("x" * 81, "{}", "InvalidName"),
        ("large", '"' + "x" * 262_144 + '"', "InvalidExecutionInput"),
        ("used", '{"other": "input"}', "ExecutionAlreadyExists"),
        ("ended", "{}", "ExecutionAlreadyExists"),
    ],
)
def test_an_execution_that_can_not_be_started_is_refused(
    cloud: Cloud, name: str, given: str, code: str
) -> None:
    client = cloud.client("stepfunctions")
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}
    machine = client.create_state_machine(
        name=f"names-{time.monotonic_ns()}",
        definition=json.dumps({"QueryLanguage": "JSONata", **wait}),
        roleArn="arn:aws:iam::123456789012:role/none",
    )["stateMachineArn"]
    if code == "ExecutionAlreadyExists":
        arn = client.start_execution(stateMachineArn=machine, name=name, input="{}")["executionArn"]
        again = client.start_execution(stateMachineArn=machine, name=name, input="{}")
        assert again["executionArn"] == arn
        if name == "ended":
            cloud.wait_for_execution(arn)
    with pytest.raises(ClientError) as problem:
        client.start_execution(stateMachineArn=machine, name=name, input=given)
    assert problem.value.response["Error"]["Code"] == code


def test_an_execution_ends_with_its_25000th_event(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert history_hook.LONGEST_HISTORY == 25_000
    monkeypatch.setattr(history_hook, "LONGEST_HISTORY", 60)
    states = {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "A"}]},
    }
    ended = run({"StartAt": "A", "States": states})
    assert ended.status == "FAILED"
    assert "history events" in ended.cause


def test_a_description_may_be_older_than_what_it_describes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "time_scale", 10.0)
    told = Told()
    assert [told.status("a", "RUNNING"), told.status("a", "ABORTED")] == ["RUNNING", "ABORTED"]
    monkeypatch.setattr(hooks, "stale_seconds", 1.0)
    assert [told.status("a", "RUNNING") for _ in range(3)] == ["ABORTED"] * 3
    assert told.status("b", "RUNNING") == "RUNNING"
    time.sleep(0.11)
    assert told.status("a", "RUNNING") == "RUNNING"
