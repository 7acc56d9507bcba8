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


PAUSE = list(tasks(MACHINE["States"], "StopServices", "SwitchTraffic"))


def test_the_pause_is_what_it_is_said_to_be() -> None:
    names = [name for name, _ in PAUSE]
    assert (names[0], names[-2:]) == ("StopServices", ["LastLook", "SwitchTraffic"])
    assert {"RestoreTable", "VerifyIntegrity", "SmokeTest"} < set(names)


@pytest.mark.parametrize(("name", "state"), PAUSE, ids=[name for name, _ in PAUSE])
def test_the_budget_ends_every_state(name: str, state: State) -> None:
    assert "$pause_until" in json.dumps(state["Arguments"]["Payload"])
    if name != ASKS_ONLY:
        assert "$pause_until" in str(state["TimeoutSeconds"])


@pytest.mark.parametrize(("name", "state"), PAUSE, ids=[name for name, _ in PAUSE])
def test_every_function_of_the_pause_is_warmed_and_quick(name: str, state: State) -> None:
    function = state["Arguments"]["FunctionName"]
    assert function in MACHINE["States"]["WarmFunctions"]["Items"]
    if name == ASKS_ONLY:
        return
    resource = FUNCTIONS[function.removeprefix("${").removesuffix("Arn}")]
    assert resource["Properties"].get("MemorySize", 0) >= 1024
