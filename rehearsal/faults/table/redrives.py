"""Executions stopped inside a Parallel or a Map, and redriven beside what is at work there."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.kinds import people

BEFORE_THE_PAUSE = ("PrecopyTable",)
IN_THE_PAUSE = (
    "WarmFunction",
    "RestoreTable",
    "AskReplicationToStop",
    "VerifyData",
    "VerifyIntegrity",
    "SmokeTest",
)
IN_A_RETURN = ("CarryTableHome", "WarmForReturn", "ReturnTable", "VerifyReturned")


def _what(state: str, where: str) -> str:
    return f"{where}, somebody stops the execution in {state}, with others done, and redrives it"


REDRIVES: dict[str, Case] = (
    {
        f"redriven-in-{state.lower()}": Case(
            _what(state, "before the approval"),
            "SUCCEEDED",
            where=state,
            arm=people.execution_stopped(state),
            afterwards=people.redrive,
            approve="nobody",
            confirm="nobody",
            by_name_only=True,
        )
        for state in BEFORE_THE_PAUSE
    }
    | {
        f"redriven-in-{state.lower()}": Case(
            _what(state, "around the write pause"),
            "SUCCEEDED",
            where=state,
            arm=people.execution_stopped(state),
            afterwards=people.redrive_after_the_switch,
            confirm="nobody",
            by_name_only=True,
        )
        for state in IN_THE_PAUSE
    }
    | {
        f"redriven-in-{state.lower()}": Case(
            _what(state, "in a return"),
            "RETURNED",
            where=state,
            arm=people.execution_stopped(state),
            afterwards=people.redrive_unasked,
            confirm="return",
            by_name_only=True,
        )
        for state in IN_A_RETURN
    }
)
