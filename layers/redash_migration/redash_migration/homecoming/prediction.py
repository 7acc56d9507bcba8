"""How long the return's write pause will be: the same steps took so long on the way forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redash_migration.database.prediction import Prediction, observed
from redash_migration.database.prediction.overheads import Span
from redash_migration.plan import TablePlan
from redash_migration.record.steps import StepTiming

STEPS: Mapping[str, str] = {
    "fence": "FenceSource",
    "sequences": "FixSequences",
    "verify": "VerifyData",
    "integrity": "VerifyIntegrity",
    "smoke_test": "SmokeTest",
    "switch_traffic": "SwitchTraffic",
}
"""Part of the return's pause -> the step of the way forward that does the same."""

BOOT = 1.25
"""To start the old services takes what stopping them took, and the time until they answer, which no
earlier step shows: their highest is twice as much."""

CALLS = 4
"""Steps' worth of calls beside the data: closing the new home, opening the old database, its
targets' health behind a rule of their own, the last look."""

TRANSITIONS = 14
"""Ways from state to state from CloseNewHome to the end of SwitchBack."""

STOP_TASKS = 30.0
"""Seconds that ECS takes to end tasks, where nothing was seen of it: the default stopTimeout."""

_KEY_JOIN = 3e-6
"""Seconds a row to bring the keys of both sides together (docs/performance.md)."""

_INVOCATION = 0.4
"""Seconds a table for a function that finds little to do, four at a time."""

_ROW = 60e-6
"""Seconds to carry a row, with its indexes."""

_LAST_MINUTES = 0.1
"""The share of what was written since the switch that is written while the rest is carried."""


def predict_return(
    tables: Sequence[TablePlan], steps: Sequence[StepTiming], writes: int | None
) -> Prediction:
    """Seconds by part. `writes` are the rows written since the switch, None where not known."""
    took = {step.name: step.seconds for step in steps if step.status == "SUCCEEDED"}
    overheads = observed(steps)
    stopped = took.get("StopServices")
    rows = sum(max(table.rows, 0) for table in tables)
    carry = rows * _KEY_JOIN + len(tables) * _INVOCATION / 4 + _LAST_MINUTES * _ROW * (writes or 0)
    return Prediction.of(
        {
            "close_new_home": _about(min(STOP_TASKS, took.get("StartWorkers", STOP_TASKS))),
            "carry": _about(carry),
            "transitions": overheads.transition.times(TRANSITIONS),
            "calls": overheads.call.times(CALLS),
            **({} if stopped is None else {"start_old_services": _starting(stopped)}),
            **{part: _about(took[name]) for part, name in STEPS.items() if name in took},
        }
    )


def _starting(stopped: float) -> Span:
    return Span(0.67 * stopped, BOOT * stopped, 2 * BOOT * stopped, "assumed")


def _about(seconds: float) -> Span:
    """What took so long once, measured, may take a third less or half as long again."""
    return Span(seconds * 0.67, seconds, seconds * 1.5, "measured")
