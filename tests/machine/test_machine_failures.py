"""Which state tries again how often, and where its failure leads: the rule, and why some differ.

The definition repeats these lines in every state, since a state machine has no other way to say
them. Here each is said once: whoever adds a state adds nothing here, unless it is an exception.
"""

from __future__ import annotations

import pytest

from redash_migration.approval.texts.english_errors import english_error
from tests.machine.test_machine_definition import (
    MACHINE,
    TASK_IDS,
    TASKS,
    State,
    all_states,
    scopes,
)

PASSING = [
    "TransientFailure",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
]
"""What another try can mend: our own name for it, and Lambda's for its troubles."""

USUAL: State = {
    "ErrorEquals": PASSING,
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "JitterStrategy": "FULL",
    "MaxAttempts": 4,
    "MaxDelaySeconds": 15,
}
PATIENT = {"MaxAttempts": 8, "MaxDelaySeconds": 30}
DIFFERENT: dict[str, State] = {
    # Users wait, and StopReplication asks again.
    "AskReplicationToStop": {"MaxAttempts": 1},
    # The listener demonstrably did not turn: it may be tried again.
    "SwitchTraffic": {"ErrorEquals": ["SwitchNotMade", *PASSING]},
    "SwitchOnceMore": {"ErrorEquals": ["SwitchNotMade", *PASSING]},
    # Nothing comes after them that could mend what they leave.
    "GoForward": PATIENT,
    "GoForwardDatabase": PATIENT,
    "RollBack": PATIENT,
    "RollBackDatabase": PATIENT,
    "Report": PATIENT,
}

FORWARD = "{{% $failure != null ? $failure : {{'error': $states.errorOutput, 'state': '{}'}} %}}"
"""The first failure counts: what comes after it is its consequence."""

LEADS: dict[str, list[str]] = {
    # Nothing has been changed yet, or nothing is left to be done.
    "Report": [
        "InspectHost",
        "InspectNewHome",
        "SwitchOnceMore",
        "WorkOnceMore",
        "RetireHost",
        "GoForward",
        "GoForwardDatabase",
        "RollBack",
        "RollBackDatabase",
    ],
    # Cold functions cost the pause seconds, no more.
    "DrainQueues": ["WarmFunctions"],
    "BeginReturnPause": ["WarmReturn"],
    # From the switch on people decide, with what was measured.
    "MeasureCutover": ["SwitchTraffic", "StartWorkers", "StopReplication"],
    "StopReplication": ["LiveCheck"],
    "ConfirmCutover": ["MeasureCutover"],
    "NobodyAnswers": ["ConfirmCutover"],
    # What can't be cleaned up keeps nothing else from it.
    "CleanUpDatabase": ["CleanUp"],
    "RetireHost": ["CleanUpDatabase"],
    # A return leads forward again, unless the listener has turned: GoForward sees that.
    "GoForward": [
        "EndReplication",
        "PrepareReturn",
        "PlanReturn",
        "CarryHome",
        "CloseNewHome",
        "FenceTarget",
        "CarryRestAndVerify",
        "OpenSource",
        "StartOldServices",
        "LookAtOldHome",
        "TryOldHome",
        "LookOnceMore",
        "SwitchBack",
    ],
}
"""Where a failure leads; all others to RollBack."""

NAMED = {
    "PrecopyTables": "PrecopyTable",
    "CarryHome": "CarryTableHome",
    "SwitchOnceMore": "SwitchTraffic",
    "WorkOnceMore": "StartWorkers",
}
"""What the report calls a state that failed, where that is not its own name."""

UNDECIDED = ["SwitchBegun", "NotApproved"]
"""A roll-back finds a switch that no person decided to take back: people are asked, with doubt."""

EARLIER = {
    # Nothing has turned: nobody needs to be asked.
    "SwitchTraffic": (["TargetNotHealthy", "SwitchNotMade", "PauseBudgetExceeded"], "RollBack"),
    # Nobody has decided to keep it: everything is left as it is.
    "CleanUp": (["NotApproved"], "Report"),
    "RollBack": (UNDECIDED, "MeasureCutover"),
    # Seen late not to be made: there is nothing to keep, as is looked at once more.
    "ConfirmCutover": (["SwitchNotMade"], "MeasureCutover"),
}
"""Failures that lead elsewhere than all others of their state."""

LOST = {"WarmFunctions", "WarmReturn", "LiveCheck", "MeasureCutover"}
"""What they would have brought may be lost: nothing is told of it."""

WAYS_BACK = {"GoForward", "GoForwardDatabase", "RollBack", "RollBackDatabase"}

COSTS_NOTHING = {"WarmFunction", "WarmForReturn", "AskReplicationToStop"}
"""Tasks within a Map or a Parallel that are caught where they fail; the others fail it."""

UNKNOWN = {"Begin", "Report"}
"""Nothing is caught: before the first there is nothing to take back, after the last nobody."""

CATCHING = [(name, state) for name, state in MACHINE["States"].items() if "Catch" in state]


@pytest.mark.parametrize(("name", "state"), TASKS, ids=TASK_IDS)
def test_a_task_tries_again_as_all_do(name: str, state: State) -> None:
    assert state["Retry"] == [{**USUAL, **DIFFERENT.get(name, {})}]


def test_only_tasks_try_again_and_only_whole_states_catch() -> None:
    for name, state in all_states():
        assert ("Retry" in state) == (state["Type"] == "Task"), name
        assert "Catch" not in state or name in {*MACHINE["States"], *COSTS_NOTHING}, name


def test_every_state_that_works_catches_but_the_first_and_the_last() -> None:
    working = {
        name
        for name, state in MACHINE["States"].items()
        if state["Type"] in {"Task", "Map", "Parallel"}
    }
    assert working - {name for name, _ in CATCHING} == UNKNOWN


@pytest.mark.parametrize(("name", "state"), CATCHING, ids=[name for name, _ in CATCHING])
def test_a_failure_leads_where_the_table_says(name: str, state: State) -> None:
    first, *others, last = state["Catch"]
    assert first == {"ErrorEquals": ["NotTheOwner"], "Next": "Refused"}, "whoever lost the lock"
    assert last["ErrorEquals"] == ["States.ALL"]
    leads = next((to for to, names in LEADS.items() if name in names), "RollBack")
    assert last["Next"] == leads
    apart = [(catch["ErrorEquals"], catch["Next"]) for catch in others]
    assert apart == ([EARLIER[name]] if name in EARLIER else [])


def _told(name: str, leads: str, errors: list[str]) -> State | None:
    """What a Catch keeps of a failure: one of five patterns, by the state and where it leads."""
    own = {"error": "{% $states.errorOutput %}", "state": NAMED.get(name, name)}
    if name in LOST:
        return None
    if errors == UNDECIDED:
        return {"doubt": True}
    if name in WAYS_BACK:
        return {"trouble": own}
    if leads == "GoForward":
        return {"doubt": True, "failure": own}
    first = {"failure": FORWARD.format(NAMED.get(name, name))}
    doubted = leads == "MeasureCutover" and name != "StopReplication"
    return {"doubt": True, **first} if doubted else first


@pytest.mark.parametrize(("name", "state"), CATCHING, ids=[name for name, _ in CATCHING])
def test_a_failure_is_told_by_one_of_five_patterns(name: str, state: State) -> None:
    """The first failure counts on the way forward; a return has its own, and a way back tells its
    own trouble beside it."""
    for catch in state["Catch"][1:]:
        told = _told(name, catch["Next"], catch["ErrorEquals"])
        assert {key: value for key, value in catch.items() if key != "ErrorEquals"} == {
            "Next": catch["Next"],
            **({} if told is None else {"Assign": told}),
        }


def test_what_costs_nothing_is_caught_where_it_stands() -> None:
    seen = {}
    for scope in list(scopes(MACHINE))[1:]:
        within = scope["States"]
        for name, state in within.items():
            if "Catch" in state:
                first, *others = state["Catch"]
                seen[name] = (first["ErrorEquals"], len(others), set(first))
                assert within[first["Next"]]["Type"] == "Pass"
                assert within[first["Next"]]["End"] is True
    assert seen == dict.fromkeys(COSTS_NOTHING, (["States.ALL"], 0, {"ErrorEquals", "Next"}))


def test_every_name_that_is_tried_again_has_words() -> None:
    """It is what stands in the report when the last try fails too."""
    named = {
        name
        for _, state in all_states()
        for retry in state.get("Retry", [])
        for name in retry["ErrorEquals"]
    } - {"States.ALL"}
    assert named >= set(PASSING)
    assert {name for name in named if english_error(name) is None} == set()
