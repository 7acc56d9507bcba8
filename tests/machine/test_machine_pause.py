"""Every state of the write pause is bounded by its budget, warmed before it, and quick."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployment.stack import Stack

ROOT = Path(__file__).parents[2]
State = dict[str, Any]

MACHINE: State = json.loads((ROOT / "statemachine/migration.asl.json").read_text("utf-8"))
FUNCTIONS = Stack(ROOT / "template.yaml").document["Resources"]

ASKS_ONLY = "AskReplicationToStop"
"""It runs beside the restore and is waited for by nobody; its limit is its own."""


def tasks(states: dict[str, State], start: str, end: str) -> Iterator[tuple[str, State]]:
    """Every task from one state to another, along Next and Default, branches included."""
    name = start
    while True:
        state = states[name]
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from branch(inner)
        if state["Type"] == "Task":
            yield name, state
        if name == end:
            return
        name = state.get("Next") or next(
            choice["Next"] for choice in state["Choices"] if "Not" not in choice["Next"]
        )


def branch(machine: State) -> Iterator[tuple[str, State]]:
    for name, state in machine["States"].items():
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from branch(inner)
        if state["Type"] == "Task":
            yield name, state


STATES = MACHINE["States"]
FORWARD = list(tasks(STATES, "StopServices", "SwitchTraffic"))
RETURN = list(tasks(STATES, "CloseNewHome", "SwitchBack"))
PAUSES = [
    *((name, state, "WarmFunctions") for name, state in FORWARD),
    *((name, state, "WarmReturn") for name, state in RETURN),
]
every_state = pytest.mark.parametrize(
    ("name", "state", "warmed"), PAUSES, ids=[name for name, _, _ in PAUSES]
)


def test_both_pauses_are_what_they_are_said_to_be() -> None:
    names = [name for name, _ in FORWARD]
    assert (names[0], names[-2:]) == ("StopServices", ["LastLook", "SwitchTraffic"])
    assert {"RestoreTable", "VerifyIntegrity", "SmokeTest"} < set(names)
    names = [name for name, _ in RETURN]
    assert (names[0], names[-2:]) == ("CloseNewHome", ["LookOnceMore", "SwitchBack"])
    assert {"ReturnTable", "VerifyOldHome", "TryOldHome"} < set(names)
    assert STATES["BeginReturnPause"]["Assign"] == STATES["BeginWritePause"]["Assign"]


@every_state
def test_the_budget_ends_every_state(name: str, state: State, warmed: str) -> None:
    assert "$pause_until" in json.dumps(state["Arguments"]["Payload"])
    if name != ASKS_ONLY:
        assert "$pause_until" in str(state["TimeoutSeconds"])


@every_state
def test_every_function_of_a_pause_is_warmed_and_quick(
    name: str, state: State, warmed: str
) -> None:
    function = state["Arguments"]["FunctionName"]
    assert function in STATES[warmed]["Items"]
    if name == ASKS_ONLY:
        return
    resource = FUNCTIONS[function.removeprefix("${").removesuffix("Arn}")]
    assert resource["Properties"].get("MemorySize", 0) >= 1024


def test_nobody_waits_a_round_of_looks_in_a_pause() -> None:
    waits = [STATES[name] for name in ("WaitForTasksToEnd", "WaitForOldHome")]
    assert [wait["Seconds"] for wait in waits] == [1, 1]
