"""The state machine's definition: every path leads somewhere, every failure ends red."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud.template.reading import parse_template

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "statemachine" / "migration.asl.json").read_text(encoding="utf-8")
MACHINE: dict[str, Any] = json.loads(TEXT)
TEMPLATE = parse_template((ROOT / "template.yaml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}

State = dict[str, Any]


def scopes(machine: State) -> Iterator[State]:
    """The machine and every sub-machine: Parallel branches, Map item processors."""
    yield machine
    for state in machine["States"].values():
        for branch in state.get("Branches", []):
            yield from scopes(branch)
        if "ItemProcessor" in state:
            yield from scopes(state["ItemProcessor"])


def all_states() -> list[tuple[str, State]]:
    return [pair for scope in scopes(MACHINE) for pair in scope["States"].items()]


def followers(state: State) -> set[str]:
    found = {state[key] for key in ("Next", "Default") if key in state}
    found |= {choice["Next"] for choice in state.get("Choices", [])}
    return found | {catch["Next"] for catch in state.get("Catch", [])}


TASKS = [(name, state) for name, state in all_states() if state["Type"] == "Task"]
TASK_IDS = [name for name, _ in TASKS]


@pytest.mark.parametrize("scope", list(scopes(MACHINE)), ids=lambda scope: str(scope["StartAt"]))
def test_no_next_dangles_and_no_state_is_unreachable(scope: State) -> None:
    states = scope["States"]
    reached, waiting = set(), [scope["StartAt"]]
    while waiting:
        name = waiting.pop()
        assert name in states, f"{name} does not exist"
        if name not in reached:
            reached.add(name)
            waiting += followers(states[name])
    assert reached == set(states)


@pytest.mark.parametrize("scope", list(scopes(MACHINE)), ids=lambda scope: str(scope["StartAt"]))
def test_every_state_goes_on_or_ends(scope: State) -> None:
    for name, state in scope["States"].items():
        ends = state.get("End", False) or state["Type"] in {"Succeed", "Fail"}
        assert ends != bool(followers({**state, "Catch": []})), name


@pytest.mark.parametrize(("name", "state"), TASKS, ids=TASK_IDS)
def test_every_task_has_a_time_limit_and_retries_what_is_transient(name: str, state: State) -> None:
    assert state.get("TimeoutSeconds"), name
    errors = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
    assert {"TransientFailure", "Lambda.TooManyRequestsException", "Runtime.ExitError"} <= errors
    assert "States.ALL" not in errors


def function_limits() -> dict[str, int]:
    """Substitution of a function's ARN -> its Timeout in the template."""
    default = TEMPLATE["Globals"]["Function"]["Timeout"]
    return {
        f"${{{name}Arn}}": int(function.get("Timeout", default))
        for name, function in FUNCTIONS.items()
    }


LIMITS = function_limits()
FIXED = [
    (name, state)
    for name, state in TASKS
    if isinstance(state["TimeoutSeconds"], int) and state["Arguments"]["FunctionName"] in LIMITS
]


@pytest.mark.parametrize(("name", "state"), FIXED, ids=[name for name, _ in FIXED])
def test_a_state_outlasts_its_function(name: str, state: State) -> None:
    """Else its end is States.Timeout, which no Retry names, and not the function's own."""
    least = LIMITS[state["Arguments"]["FunctionName"]] + 60
    if state["Resource"].endswith("waitForTaskToken"):
        assert state["TimeoutSeconds"] >= least, name
    else:
        assert state["TimeoutSeconds"] == least, name


def caught_by() -> dict[str, list[State]]:
    """Task -> the Catch lists that apply to it: its own, or those around it."""
    found: dict[str, list[State]] = {}

    def walk(machine: State, outer: list[State]) -> None:
        for name, state in machine["States"].items():
            inner = state.get("Catch", outer)
            if state["Type"] == "Task":
                found[name] = inner
            for branch in state.get("Branches", []):
                walk(branch, inner)
            if "ItemProcessor" in state:
                walk(state["ItemProcessor"], inner)

    walk(MACHINE, [])
    return found


REDRIVEN_WHERE_THEY_FAILED = {"Begin", "Report"}
"""Nothing comes before or after them: a Catch into a Fail state would make a redrive fail at once,
because a redrive goes on at the state that failed."""


@pytest.mark.parametrize("name", TASK_IDS)
def test_every_task_is_caught_and_leaves_the_owner_alone(name: str) -> None:
    catches = caught_by()[name]
    if name in REDRIVEN_WHERE_THEY_FAILED:
        assert catches == []
        return
    # Where a branch ends by itself, the next state asks the owner again.
    assert name in {"AskReplicationToStop", "WarmFunction", "WarmForReturn"} or catches[0] == {
        "ErrorEquals": ["NotTheOwner"],
        "Next": "Refused",
    }
    assert any("States.ALL" in catch["ErrorEquals"] for catch in catches), name


@pytest.mark.parametrize(("name", "state"), TASKS, ids=TASK_IDS)
def test_every_task_says_whose_it_is(name: str, state: State) -> None:
    said = json.dumps(state["Arguments"]["Payload"])
    assert "$states.context.Execution.Id" in said
    errors = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
    assert "NotTheOwner" not in errors


def ways_of_failing(name: str) -> set[str]:
    """Where a failure of the owner's own step leads."""
    return {catch["Next"] for catch in caught_by()[name]} - {"Refused"}


CHANGING = TASK_IDS[TASK_IDS.index("PrepareSource") : TASK_IDS.index("SwitchTraffic")]


@pytest.mark.parametrize("name", [name for name in CHANGING if name != "AskReplicationToStop"])
def test_once_the_world_has_changed_failures_are_taken_back(name: str) -> None:
    assert ways_of_failing(name) == {"RollBack"}


AFTER_THE_SWITCH = ["StartWorkers", "MeasureCutover", "ConfirmCutover", "CleanUp", "RetireHost"]


@pytest.mark.parametrize("name", AFTER_THE_SWITCH)
def test_nothing_goes_back_by_itself_once_users_write_on_the_new_side(name: str) -> None:
    assert "RollBack" not in ways_of_failing(name)


def test_after_roll_back_comes_the_report_and_then_a_fail() -> None:
    states = MACHINE["States"]
    # People are asked where a switch has begun and nobody has decided to go back.
    asks = "MeasureCutover"
    assert followers(states["RollBack"]) == {"WhoTakesBack", "Report", "Refused", asks}
    assert followers(states["RollBackDatabase"]) == {"RollBack", "Report", "Refused"}
    assert states["HowItEnded"]["Default"] == "Failed"
    assert states["Failed"]["Type"] == states["Refused"]["Type"] == "Fail"
    green = [name for name, state in all_states() if state["Type"] == "Succeed"]
    assert green == ["Ended"]
    [way] = [name for name, state in all_states() if "Ended" in followers(state)]
    assert way == "HowItEnded"


def test_nothing_but_a_refusal_ends_without_a_report() -> None:
    for name, state in all_states():
        for catch in state.get("Catch", []):
            refused = catch["Next"] == "Refused"
            assert refused == (catch["ErrorEquals"] == ["NotTheOwner"]), name
        assert "Refused" not in followers({**state, "Catch": []}), name


def test_tokens_are_given_to_exactly_the_steps_that_wait() -> None:
    for name, state in TASKS:
        waits = state["Resource"].endswith(".waitForTaskToken")
        payload = state["Arguments"]["Payload"]
        assert waits == (isinstance(payload, dict) and "token" in payload), name


def test_every_substitution_is_filled_and_every_one_given_is_used() -> None:
    wanted = set(re.findall(r"\$\{([A-Za-z]+)\}", TEXT))
    given = set(RESOURCES["MigrationStateMachine"]["Properties"]["DefinitionSubstitutions"])
    assert wanted == given


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_has_its_handler_and_an_event_to_try_it_with(name: str) -> None:
    folder = ROOT / FUNCTIONS[name]["CodeUri"]
    assert (folder / "app.py").is_file()
    assert "def handler(" in (folder / "app.py").read_text(encoding="utf-8")
    assert folder.name == re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower()
    json.loads((ROOT / "events" / f"{folder.name}.json").read_text(encoding="utf-8"))


def test_every_handler_is_in_the_template() -> None:
    folders = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    assert folders == {Path(found["CodeUri"]).name for found in FUNCTIONS.values()}
