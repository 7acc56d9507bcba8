"""Waits of the definition: whose clock begins when, and how many events a wait may cost.

A state that is asked again until something has come to pass has a clock. It begins with this run of
the machine, so a redrive begins it anew: the state is told how often the execution was redriven
(``Record.waits_since``). A redriven state is not entered again: its EnteredTime stays, and the
count of its retries begins at 0. What tells its runs apart is therefore the later of EnteredTime
and RedriveTime. In the write pause the clock is the pause's own, which a redrive does not
stop: users wait all the same.

Step Functions quotas: an execution's history has room for 25,000 events, and a state's input and
output for 256 KB; beyond either it ends at once, and no Catch sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonata import Jsonata

from redash_migration.database.planning.pace import MOST_PIECES
from redash_migration.traffic.proof.proving import LONGEST_SECONDS
from tests.machine.test_machine_definition import (
    MACHINE,
    TEMPLATE,
    TEXT,
    State,
    all_states,
    followers,
)

ROOT = Path(__file__).parents[2]
PARAMETERS = TEMPLATE["Parameters"]
STATES: dict[str, State] = MACHINE["States"]

BEGAN = (
    "{% $sort([$states.context.State.EnteredTime, $states.context.Execution.RedriveTime])[-1] %}"
)
"""When a run of a state began, its retries aside: it was entered, or its execution redriven."""

MOST_EVENTS = 25_000
EVENTS = {"Task": 5, "Choice": 2, "Wait": 2, "Pass": 2, "Parallel": 4, "Map": 4, "Fail": 1}
"""Entered, scheduled, started, succeeded, exited; entered and exited. A token adds one."""
A_RETRY = 3
"""Of the pieces of a Map, one in ten may need it; of the other states each, four times."""
ITERATION = 2
OF_THE_PAUSE = {"CloseNewHome": "began", "LookAtOldHome": "began", "DrainChanges": "pause_began"}
"""States whose clock is the pause's own."""


def loops() -> Iterator[tuple[str, list[str]]]:
    """Each Wait state of the machine itself, and the round it closes, itself included."""
    for name, state in STATES.items():
        if state["Type"] == "Wait":
            yield name, _round(name)


def _round(wait: str) -> list[str]:
    """The shortest way from a Wait state back to it, without anything that failed."""
    ways = [[wait, STATES[wait]["Next"]]]
    while ways:
        way = ways.pop(0)
        for following in sorted(followers({**STATES[way[-1]], "Catch": []})):
            if following == wait:
                return way
            if following not in way:
                ways.append([*way, following])
    raise AssertionError(f"{wait} leads nowhere back")


def _most(parameter: str) -> float:
    return float(PARAMETERS[parameter].get("MaxValue", "inf"))


LOOPS = dict(loops())


@pytest.mark.parametrize(("wait", "way"), list(LOOPS.items()), ids=list(LOOPS))
def test_a_clock_begins_with_the_run_that_waits(wait: str, way: list[str]) -> None:
    asked = [name for name in way if STATES[name]["Type"] == "Task" and name != "MeasureSource"]
    assert len(asked) == 1, f"{wait}: which of {asked} has the clock?"
    if asked[0] not in OF_THE_PAUSE:
        payload = STATES[asked[0]]["Arguments"]["Payload"]
        assert "Execution.RedriveCount" in payload.get("redrives", ""), asked[0]


def test_who_brings_a_token_says_which_run_of_its_state_it_is() -> None:
    """A run that hung would put its token in the place of a later one's."""
    tasks = [state for _, state in all_states() if state["Type"] == "Task"]
    tokens = [task for task in tasks if "waitForTaskToken" in task["Resource"]]
    assert len(tokens) == 10
    for task in tokens:
        payload = task["Arguments"]["Payload"]
        assert payload["entered"] == BEGAN, task
        assert payload["retries"] == "{% $states.context.State.RetryCount %}", task


@pytest.mark.parametrize("state", ["EndReplication", "GoForward", "GoForwardDatabase"])
def test_who_turns_a_return_says_since_when_it_does(state: str) -> None:
    payload = STATES[state]["Arguments"]["Payload"]
    assert payload["entered"] == BEGAN


def test_nobody_takes_the_time_of_an_earlier_run_for_that_of_a_redriven_one() -> None:
    told = re.findall(r'"entered": "(.*)"', TEXT)
    assert set(told) == {BEGAN}
    assert len(told) == 13


@pytest.mark.parametrize(
    ("entered", "redriven", "began"),
    [
        ("2026-01-31T02:00:00.900Z", None, "2026-01-31T02:00:00.900Z"),
        ("2026-01-31T02:00:00.900Z", "2026-02-01T08:00:00.000Z", "2026-02-01T08:00:00.000Z"),
        ("2026-02-01T08:00:00.100Z", "2026-02-01T08:00:00.099Z", "2026-02-01T08:00:00.100Z"),
    ],
)
def test_a_run_begins_when_its_state_was_entered_or_redriven(
    entered: str, redriven: str | None, began: str
) -> None:
    execution = {"RedriveCount": 0} if redriven is None else {"RedriveTime": redriven}
    context = {"State": {"EnteredTime": entered}, "Execution": execution}
    expression = BEGAN.removeprefix("{%").removesuffix("%}")
    found = Jsonata(expression).evaluate(None, {"states": {"context": context}})
    assert found == began


def test_no_clock_of_a_wait_is_a_milestone_of_the_migration() -> None:
    """Milestones are noted once and stay, whatever is redriven: they time nothing that waits."""
    timed = re.compile(r"seconds_between\(\s*(?:str\()?record\.milestone")
    for path in (ROOT / "layers" / "redash_migration" / "redash_migration").rglob("*.py"):
        assert not timed.search(path.read_text(encoding="utf-8")), path


LIMITS = {
    "WaitForSync": _most("SyncTimeoutHours") * 3600,
    "WaitForSyncAgain": _most("SyncTimeoutHours") * 3600 + _most("TargetTimeoutSeconds"),
    "WaitForTarget": _most("TargetTimeoutSeconds"),
    "WaitForProof": LONGEST_SECONDS,
    "WaitForWorkers": _most("TargetTimeoutSeconds"),
    "WaitForWorkersNow": _most("TargetTimeoutSeconds"),
    "WaitForTasksToEnd": _most("TargetTimeoutSeconds"),
    "WaitForOldHome": _most("TargetTimeoutSeconds"),
}
"""How many seconds a wait may last."""
LOOKING = {"WaitForTasksToEnd": 45.0, "WaitForOldHome": 45.0}
"""How long a look that finds nothing takes by itself."""
LONGER = "{% $max([${PollSeconds}, $min([300, $floor($states.input.waited / 20)])]) %}"
"""The longer a wait has lasted, the longer it may last until the next look."""


def rounds(wait: str) -> int:
    """The most rounds, at the shortest pause between two looks that may be set."""
    given, waited, found = STATES[wait]["Seconds"], 0.0, 0
    while waited < LIMITS[wait]:
        if given == LONGER:
            pause = max(float(PARAMETERS["PollSeconds"]["MinValue"]), min(300, waited // 20))
        else:
            pause = float(given)
        waited, found = waited + pause + LOOKING.get(wait, 0.0), found + 1
    return found


def events(names: list[str]) -> int:
    return sum(EVENTS[STATES[name]["Type"]] for name in names)


def test_every_loop_has_its_limit_and_all_of_them_fit_into_one_history() -> None:
    found = LOOPS
    assert set(found) == set(LIMITS)
    of_loops = {wait: rounds(wait) * events(way) for wait, way in found.items()}
    of_maps = sum(
        MOST_PIECES * (ITERATION + EVENTS["Task"] + A_RETRY / 10) * _iterations(state)
        for state in _maps(MACHINE)
    )
    straight = sum(6 + A_RETRY * 4 for name, state in STATES.items() if state["Type"] == "Task")
    total = sum(of_loops.values()) + of_maps + straight
    assert total < MOST_EVENTS, json.dumps({**of_loops, "maps": of_maps, "once": straight})


def _maps(machine: State) -> Iterator[State]:
    for state in machine["States"].values():
        if state["Type"] == "Map":
            yield state
        for inner in (*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])):
            yield from _maps(inner)


def _iterations(state: State) -> int:
    """Lists that are written down count as nothing beside those that are planned."""
    return 0 if isinstance(state["Items"], list) else 1
