"""Is there room on the source's disk for the WAL that the migration's slot will hold?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import one
from redash_migration.record import Check

GIGABYTE = 1 << 30
LEAST_FREE = 2 * GIGABYTE
_HOURS = 12  # a night between the load and the approval
WATCH = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes. None: not known."""

    disk_free_bytes: int | None
    wal_budget_bytes: int | None
    checks: tuple[Check, ...]


def find_room(connection: Connection, host: Mapping[str, Any], budget: int) -> Room:
    """`host` is InspectHost's fact; `budget` 0 means: half of what is free."""
    free = int(host.get("disk_free_bytes") or 0) or None
    granted = budget or (free // 2 if free else None)
    rate = wal_rate(connection)
    return Room(free, granted, (_disk(free, granted), _budget(granted, rate)))


def wal_rate(connection: Connection) -> float | None:
    """Bytes of WAL a second: over the statistics' life where there is one, else over a moment."""
    if connection.info.server_version >= 140000:
        value = one(
            connection,
            "SELECT wal_bytes / nullif(extract(epoch FROM now() - stats_reset), 0)"
            " FROM pg_catalog.pg_stat_wal WHERE stats_reset < now() - interval '1 hour'",
        )
        if value is not None:
            return float(value)
    before = one(connection, "SELECT pg_current_wal_lsn()::text")
    time.sleep(WATCH)
    grown = one(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)::float", before)
    return None if grown is None else float(grown) / WATCH


def _disk(free: int | None, budget: int | None) -> Check:
    name = "source.disk_free"
    if free is None:
        return Check(
            name,
            "UNKNOWN",
            "the free space of the source's disk is not known",
            "See that df works in the compose directory of the old host.",
        )
    if free < LEAST_FREE:
        return Check(
            name,
            "FAIL",
            f"{free} bytes are free on the source's disk",
            f"Make {LEAST_FREE // GIGABYTE} GiB free, or grow the volume: a full disk stops the "
            "old Redash.",
        )
    if budget is not None and budget > free:
        return Check(
            name,
            "FAIL",
            f"the WAL budget of {budget} bytes is more than the {free} bytes that are free",
            "Lower WalBudgetGibibytes, or grow the volume.",
        )
    return Check(name, "PASS", f"{free} bytes are free, {budget} of them for WAL")


def _budget(budget: int | None, rate: float | None) -> Check:
    name = "source.wal_budget"
    if budget is None or rate is None:
        return Check(
            name,
            "UNKNOWN",
            "how long the WAL budget lasts is not known",
            "Set WalBudgetGibibytes, and see that df works in the compose directory.",
        )
    hours = budget / rate / 3600 if rate > 0 else float("inf")
    detail = f"{rate:.0f} bytes of WAL a second: {budget} bytes last for " + (
        "years" if hours > 24 * 365 else f"{hours:.1f} hours"
    )
    if hours < _HOURS:
        return Check(
            name, "WARN", detail, "Approve soon after the load, or grow the volume and the budget."
        )
    return Check(name, "PASS", detail)
