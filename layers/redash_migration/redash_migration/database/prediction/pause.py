"""The write pause, part by part: what the data costs and what the steps cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from redash_migration.database.planning.precopy import worth_precopying
from redash_migration.database.prediction.overheads import WINDOW, Basis, Overheads, Span
from redash_migration.database.prediction.speeds import Speeds
from redash_migration.plan import TablePlan

TRANSITIONS: Mapping[str, float] = {
    "fence": 1,
    "drain": 1,
    "restore": 4,  # past the choice, into the branches, into the Map, FinishRestore
    "verify": 3,  # into the branches, into the Map
    "integrity": 1,
    "sequences": 2,
    "smoke_test": 2,
    "last_look": 1,
    "switch_traffic": 1,
}
"""Ways from state to state that lead to each part, choices and Maps included."""

CALLS: Mapping[str, float] = {
    "stop_services": 1,
    "fence": 1,
    "drain": 1,
    "restore": 1.5,  # RestoreTable, FinishRestore, which notes where it stands
    "sequences": 1,
    "verify": 3,  # beside two others, on the same two servers
    "integrity": 1.75,  # which asks both of them for all that has to be there
    "smoke_test": 1,
    "last_look": 1,
    "switch_traffic": 0.5,
}
"""Steps of each part that cost a few calls beside their work; the longest make more of them."""

BESIDE: tuple[tuple[str, ...], ...] = (("verify", "integrity"), ("sequences",), ("smoke_test",))
"""Parts that run beside each other (CheckAll): users wait for the longest of these ways alone."""

LOOKING = Span(0.02, 0.05, 0.5)
"""The last look asks the fence's witnesses and all sequences once more, without a window."""

STOPPING = Span(0.05, 0.05, 5.0)
"""Services that stop together, none of them at work: what they need by themselves. A real Redash's
workers take two or three seconds to end (docs/real-redash.md)."""
STOPPING_SHARE = 0.5
"""And half of what a command takes: where docker's client is slow, its stop and the status of three
containers are as well. A second or two on a host, some tenths in a rehearsal by the fast clock."""

TELLING_BYTES = 8 * 1024 * 1024
"""What must have been hashed before its speed is believed."""

_CHANGED = 0.05
"""The share of a table that is expected to change between the precopied copy and the freeze."""

_KEY_SCAN = 0.25e-6
"""Seconds a row to see what was written since the precopied comparison (docs/performance.md)."""

_KEY_JOIN = 3e-6
"""Seconds a row to bring the keys of both sides together after a pre-copy."""

_FOREIGN_KEYS = 1.0e-6
"""Seconds a row to prove the foreign keys of a table."""

_SEQUENCE = 0.12e-3
_OPEN = 0.05


@dataclass(frozen=True, slots=True)
class Precopied:
    """What was measured before the freeze, in seconds by table: the copy, the comparison of its
    rows' hashes, and the checksums of what is compared before the freeze."""

    copied: Mapping[str, float] = field(default_factory=dict)
    compared: Mapping[str, float] = field(default_factory=dict)
    summed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds: in all, with the ends of what is likely, and by part; the parts add up."""

    seconds: float
    low: float
    high: float
    parts: dict[str, float]
    basis: dict[str, Basis]
    """For each part whether it was measured in this migration or is assumed."""

    @classmethod
    def of(cls, spans: Mapping[str, Span]) -> Prediction:
        """The parts together. They are independent: not all of them are at their worst at once."""
        parts = {name: round(span.seconds, 2) for name, span in spans.items()}
        less = sum((span.seconds - span.low) ** 2 for span in spans.values()) ** 0.5
        more = sum((span.high - span.seconds) ** 2 for span in spans.values()) ** 0.5
        seconds = sum(parts.values())
        return cls(
            seconds=round(seconds, 1),
            low=round(max(0.0, seconds - less), 1),
            high=round(seconds + more, 1),
            parts=parts,
            basis={name: span.basis for name, span in spans.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """As kept in the record."""
        return asdict(self)


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
    command = overheads.command
    work = {
        "stop_services": plus(command.times(1 + STOPPING_SHARE), STOPPING),
        "fence": overheads.fence,
        # The canary travels while the fence is being proved.
        "drain": less(overheads.apply, WINDOW),
        "restore": _data(sum(_restore(t, precopied, speeds) for t in tables if _is_restored(t))),
        "sequences": _data(sequences * _SEQUENCE + 4 * speeds.round_trip),
        "verify": _data(sum(_verify(table, precopied, hashed) for table in tables)),
        "integrity": _data(_OPEN + sum(table.rows for table in tables) * _FOREIGN_KEYS),
        "smoke_test": _data(0.0),
        "last_look": LOOKING,
        "switch_traffic": _data(0.0),
    }
    whole = {
        name: plus(
            plus(span, overheads.call.times(CALLS.get(name, 0))),
            overheads.transition.times(TRANSITIONS.get(name, 0)),
        )
        for name, span in work.items()
    }
    longest = max(BESIDE, key=lambda way: sum(whole[part].seconds for part in way))
    unseen = {part for way in BESIDE if way != longest for part in way}
    return Prediction.of({name: span for name, span in whole.items() if name not in unseen})


def plus(one: Span, other: Span) -> Span:
    """One after the other; measured where the larger of them was."""
    larger = one if one.seconds >= other.seconds else other
    return Span(
        one.low + other.low, one.seconds + other.seconds, one.high + other.high, larger.basis
    )


def less(span: Span, seconds: float) -> Span:
    """What is left of it after so many seconds."""
    return replace(
        span,
        low=max(0.0, span.low - seconds),
        seconds=max(0.0, span.seconds - seconds),
        high=max(0.0, span.high - seconds),
    )


def _data(seconds: float) -> Span:
    """Work of the servers, at speeds measured on a sample: a third less or half as much more."""
    return Span(seconds * 0.67, seconds, seconds * 1.5, "measured")


def _is_restored(table: TablePlan) -> bool:
    return table.method == "restore"


def _hashing_speed(tables: Sequence[TablePlan], precopied: Precopied, speeds: Speeds) -> float:
    """Bytes a second, from what was hashed before where that was enough to tell.

    A small table's time is that of the statements around it: only bytes count.
    """
    seconds = {**precopied.compared, **precopied.summed}
    done = sum(table.raw_bytes for table in tables if table.qualified_name in seconds)
    took = sum(seconds[table.qualified_name] for table in tables if table.qualified_name in seconds)
    return done / took if done >= TELLING_BYTES and took > 0 else speeds.hashed


def _restore(table: TablePlan, precopied: Precopied, speeds: Speeds) -> float:
    copied = precopied.copied.get(table.qualified_name, table.raw_bytes / speeds.carried)
    return table.rows * _KEY_JOIN + _CHANGED * copied


def _verify(table: TablePlan, precopied: Precopied, hashed: float) -> float:
    if table.qualified_name in precopied.compared:
        return precopied.compared[table.qualified_name]
    if table.method == "dms" and worth_precopying(table.raw_bytes, table.rows):
        return table.rows * _KEY_SCAN + _CHANGED * table.raw_bytes / hashed
    return table.raw_bytes / hashed
