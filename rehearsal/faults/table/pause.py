"""The write pause's budget, used up in each of its states; a task that does not stop in time."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.kinds import pause, target
from rehearsal.faults.table.target import MISMATCH

STATES = (
    "StopServices",
    "FenceSource",
    "DrainChanges",
    "RestoreTable",
    "FinishRestore",
    "FixSequences",
    "VerifyData",
    "VerifyIntegrity",
    "SmokeTest",
    "LastLook",
    "SwitchTraffic",
)
_SERVICE = {"StopServices": "ssm"}
"""What hangs, where not the first call: the door is to be closed by then."""


def _budget_ends(state: str) -> Case:
    return Case(
        f"{state} hangs until the budget of the write pause is used up",
        "ROLLED_BACK",
        where=state,
        error="PauseBudgetExceeded",
        arm=pause.hangs(f"{state}Function", _SERVICE.get(state, "")),
        judge=pause.served_in_time,
        parameters={"WritePauseBudgetSeconds": str(pause.BUDGET_SECONDS)},
    )


PAUSE: dict[str, Case] = {
    **{f"budget-ends-{state.lower()}": _budget_ends(state) for state in STATES},
    "switch-seen-late": Case(
        "the listener refuses the switch only when nobody waits for it any more, and people have"
        " been asked; nobody answers",
        "ROLLED_BACK",
        where="SwitchTraffic",
        error="States.Timeout",
        arm=pause.turns_away_slowly("SwitchTrafficFunction", "ModifyListener", 12.0),
        confirm="nobody",
        parameters={"WritePauseBudgetSeconds": "30"},
    ),
    "asking-to-stop-hangs": Case(
        "the request to stop the replication hangs: nobody waits for it",
        "SUCCEEDED",
        where="AskReplicationToStop",
        arm=pause.hangs("AskReplicationToStopFunction"),
    ),
    "task-refuses-to-stop": Case(
        "the replication task refuses its stop four times, and runs on behind the fence",
        "SUCCEEDED",
        where="AskReplicationToStop, StopReplication",
        arm=pause.refuses_to_stop(4),
    ),
    "task-stops-slowly": Case(
        "the replication task is still stopping when users are on the new side",
        "SUCCEEDED",
        where="StopReplication",
        arm=pause.stops_slowly(20.0),
    ),
    "late-change-after-the-comparison": Case(
        "a change is applied on the new side after its table was compared",
        "ROLLED_BACK",
        where="VerifyIntegrity",
        error=MISMATCH,
        arm=target.before_step(
            "VerifyIntegrityFunction",
            "UPDATE public.dashboards SET name = name || ' (late)' WHERE id = 1",
        ),
    ),
}
