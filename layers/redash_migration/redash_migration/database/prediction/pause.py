"""The write pause, part by part: what the data costs and what the steps cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redash_migration.database.planning.precopy import worth_precopying
from redash_migration.database.prediction.overheads import Overheads
from redash_migration.database.prediction.speeds import Speeds
from redash_migration.plan import TablePlan

TRANSITIONS = 12
"""Ways from state to state from StopServices to the end of SwitchTraffic."""

CALLS = {
    "drain": 1,
    "restore": 3,  # PlanCopies, RestoreTable, FinishRestore
    "sequences": 1,
    "verify": 2,  # PlanCopies, VerifyData
    "integrity": 1,
    "smoke_test": 1,
    "switch_traffic": 1,
}
"""Steps of each part that cost a few calls beside their work."""

_CHANGED = 0.05
"""The share of a table that is expected to change between the precopied copy and the freeze."""

_KEY_SCAN = 0.25e-6
"""Seconds a row to see what was written since the precopied comparison (docs/performance.md)."""

_KEY_JOIN = 3e-6
"""Seconds a row to bring the keys of both sides together after an precopied copy."""

_FOREIGN_KEYS = 1.0e-6
"""Seconds a row to prove the foreign keys of a table."""

_SEQUENCE = 0.12e-3
_OPEN = 0.05


@dataclass(frozen=True, slots=True)
class Precopied:
    """What was measured before the freeze, in seconds by table: the copy, the comparison of its
    rows' hashes, and the checksums of what is compared precopied."""

    copied: Mapping[str, float] = field(default_factory=dict)
    compared: Mapping[str, float] = field(default_factory=dict)
    summed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds, in all and by part; the parts add up."""

    seconds: float
    parts: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "parts": self.parts}


def predict(
    tables: Sequence[TablePlan],
    sequences: int,
    speeds: Speeds,
    overheads: Overheads,
    precopied: Precopied | None = None,
) -> Prediction:
    """The pause from StopServices to SwitchTraffic. Without `precopied` (in Preflight)
    the speeds say what the pre-copy will measure."""
    precopied = precopied or Precopied()
    hashed = _hashing_speed(tables, precopied, speeds)
    data = {
        "restore": sum(_restore(t, precopied, speeds) for t in tables if t.method == "restore"),
        "sequences": sequences * _SEQUENCE + 4 * speeds.round_trip,
        "verify": sum(_verify(table, precopied, hashed) for table in tables),
        "integrity": _OPEN + sum(table.rows for table in tables) * _FOREIGN_KEYS,
    }
    parts = {
        "stop_services": overheads.command,
        "fence": overheads.fence,
        "stop_replication": overheads.replication_stop,
        "transitions": TRANSITIONS * overheads.transition,
        **{name: data.get(name, 0.0) + calls * overheads.call for name, calls in CALLS.items()},
    }
    rounded = {name: round(seconds, 2) for name, seconds in parts.items()}
    return Prediction(round(sum(rounded.values()), 1), rounded)


def _hashing_speed(tables: Sequence[TablePlan], precopied: Precopied, speeds: Speeds) -> float:
    """Bytes a second, from what was hashed precopied where that was enough to tell."""
    seconds = {**precopied.compared, **precopied.summed}
    done = sum(table.raw_bytes for table in tables if table.qualified_name in seconds)
    took = sum(seconds[table.qualified_name] for table in tables if table.qualified_name in seconds)
    return done / took if took > 0.1 else speeds.hashed


def _restore(table: TablePlan, precopied: Precopied, speeds: Speeds) -> float:
    copied = precopied.copied.get(table.qualified_name, table.raw_bytes / speeds.carried)
    return table.rows * _KEY_JOIN + _CHANGED * copied


def _verify(table: TablePlan, precopied: Precopied, hashed: float) -> float:
    if table.qualified_name in precopied.compared:
        return precopied.compared[table.qualified_name]
    if table.method == "dms" and worth_precopying(table.raw_bytes, table.rows):
        return table.rows * _KEY_SCAN + _CHANGED * table.raw_bytes / hashed
    return table.raw_bytes / hashed
