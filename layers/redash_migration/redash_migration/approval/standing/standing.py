"""Where a migration stands just now, from what its steps have written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from redash_migration.approval.standing.ending import Ending, read_ending
from redash_migration.clock import seconds_between, stamp
from redash_migration.course import Stage, doing
from redash_migration.record.milestones import PAUSE_OVER
from redash_migration.record.record import Record

_PAUSE_ENDS = PAUSE_OVER | {"rolled_back"}


@dataclass(frozen=True, slots=True)
class Standing:
    """``state`` is empty before the first step. Seconds and counts are None where unknown.

    ``old_side_open``: the old Redash has not been closed, or is open again.
    """

    state: str
    stage: Stage
    pause_seconds: float | None
    pause_is_on: bool
    old_side_open: bool
    predicted_seconds: float | None
    tables_compared: int
    ending: Ending | None


def standing(record: Record, now: datetime, predicted: float | None) -> Standing:
    """``predicted``: seconds of write pause that were expected."""
    milestones, state = record.milestones(), _state(record)
    began = milestones.get("pause_began")
    over = [milestones[name] for name in _PAUSE_ENDS if name in milestones]
    return Standing(
        state=state,
        stage=doing(state).stage if state else "look",
        pause_seconds=None if began is None else _until(began, over, now),
        pause_is_on=began is not None and not over,
        old_side_open=began is None or "reopened" in milestones,
        predicted_seconds=predicted,
        tables_compared=_compared(record.tables.all()),
        ending=read_ending(record),
    )


def _state(record: Record) -> str:
    """The step that runs or waits; of several the last to begin; else the last that ended."""
    steps = record.steps.all()
    working = [step.name for step in steps if step.status in {"RUNNING", "WAITING"}]
    names = working or [step.name for step in steps]
    return names[-1] if names else ""


def _until(began: str, ends: list[str], now: datetime) -> float:
    return max(0.0, seconds_between(began, min(ends) if ends else stamp(now)))


def _compared(entries: Mapping[str, Mapping[str, object]]) -> int:
    return sum(isinstance(entry.get("match"), bool) for entry in entries.values())
