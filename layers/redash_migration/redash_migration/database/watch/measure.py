"""What the migration costs the source while it waits: WAL held, disk left."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import psycopg

from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.slot import Slot, own_slots

Verdict = Literal["PASS", "WARN", "FAIL"]

NONE = "none"
"""The slot's status when the migration has no slot on the source."""

_SHARE_TO_WARN = 0.5
_LEAST_FREE = 1 << 30  # a PostgreSQL without room for its WAL stops altogether
_HOURS_TO_WARN = 2.0


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What the database and its WAL take on the source's disk; `wal_bytes` None: may not look."""

    database_bytes: int
    wal_bytes: int | None
    position: int
    at: float

    @property
    def bytes(self) -> int:
        """Both together; WAL that the role may not look at counts as none."""
        return self.database_bytes + (self.wal_bytes or 0)


@dataclass(frozen=True, slots=True)
class SourceBefore:
    """The source as the preflight found it; kept as the fact ``source_before``.

    `slots` existed before ours. Free space and disk use belong to about the same moment.
    """

    slots: tuple[str, ...]
    disk_free_bytes: int | None
    wal_budget_bytes: int | None
    disk_use: DiskUse

    def to_json(self) -> dict[str, Any]:
        """As kept in the record."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SourceBefore:
        """The inverse of to_json()."""
        return cls(
            slots=tuple(value["slots"]),
            disk_free_bytes=value["disk_free_bytes"],
            wal_budget_bytes=value["wal_budget_bytes"],
            disk_use=DiskUse(**value["disk_use"]),
        )


@dataclass(frozen=True, slots=True)
class SourceMeasure:
    """One reading. `wal_rate_bytes` is per second since the plan was made, None when not known."""

    wal_held_bytes: int
    slot_status: str
    wal_rate_bytes: float | None
    disk_free_bytes: int | None
    hours_left: float | None
    verdict: Verdict
    detail: str

    def to_json(self) -> dict[str, Any]:
        """As kept in the record."""
        return asdict(self)


def disk_use(connection: Connection) -> DiskUse:
    """A reading of the disk's use now."""
    row = connection.execute(
        "SELECT sum(pg_database_size(oid))::bigint,"
        " pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
        " FROM pg_catalog.pg_database WHERE has_database_privilege(oid, 'CONNECT')"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers
    try:
        wal = connection.execute("SELECT sum(size)::bigint FROM pg_ls_waldir()").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        wal = None
    return DiskUse(int(row[0]), int(wal[0]) if wal else None, int(row[1]), time.time())


def measure_source(connection: Connection, before: SourceBefore) -> SourceMeasure:
    """Reads slot and disk, and judges them against the WAL budget."""
    now = disk_use(connection)
    slots = own_slots(connection, before.slots)
    free = None
    if before.disk_free_bytes is not None:
        free = max(before.disk_free_bytes - (now.bytes - before.disk_use.bytes), 0)
    elapsed = now.at - before.disk_use.at
    grown = max(now.position - before.disk_use.position, 0)
    rate = grown / elapsed if elapsed >= 1 else None
    return judge(slots, free, rate, before.wal_budget_bytes)


def judge(
    slots: list[Slot], free: int | None, rate: float | None, budget: int | None
) -> SourceMeasure:
    """The verdict on a reading. Bytes, bytes per second."""
    worst = max(slots, key=_badness, default=None)
    held = max((slot.held_bytes for slot in slots), default=0)
    status = NONE if worst is None else worst.wal_status
    hours = None
    if rate and (free is not None or budget):
        room = min(
            value for value in (free, (budget - held) if budget else None) if value is not None
        )
        hours = round(max(room, 0) / rate / 3600, 2)
    verdict: Verdict = "PASS"
    detail = f"the slot holds {held} bytes of WAL ({status})" if worst else "no slot holds any WAL"
    if status == "lost":
        verdict, detail = "FAIL", "the slot is lost: WAL that it needs was removed"
    elif budget and held > budget:
        verdict, detail = "FAIL", f"the slot holds {held} bytes of WAL, the budget is {budget}"
    elif slots and free is not None and free < _LEAST_FREE:
        verdict, detail = "FAIL", f"{free} bytes are left on the source's disk"
    elif status == "unreserved":
        verdict, detail = "WARN", "the slot may be lost at the next checkpoint"
    elif budget and held > budget * _SHARE_TO_WARN:
        verdict, detail = "WARN", f"the slot holds {held} bytes of WAL of a budget of {budget}"
    elif slots and hours is not None and hours < _HOURS_TO_WARN:
        verdict, detail = "WARN", f"at this rate there is room for {hours} more hours"
    return SourceMeasure(
        wal_held_bytes=held,
        slot_status=status,
        wal_rate_bytes=None if rate is None else round(rate, 1),
        disk_free_bytes=free,
        hours_left=hours,
        verdict=verdict,
        detail=detail,
    )


def _badness(slot: Slot) -> int:
    order = ("reserved", "extended", "unreserved", "lost")
    return order.index(slot.wal_status) if slot.wal_status in order else len(order)
