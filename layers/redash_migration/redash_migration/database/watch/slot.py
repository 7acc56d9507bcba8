"""The replication slot of the migration, as the source has it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import TransientFailure

PLUGINS = ("test_decoding", "pglogical_output")
"""What DMS decodes with; native subscriptions and others' connectors take pgoutput."""

_NAME = ("^[a-z0-9]{16}_0*", "_[0-9a-f]{8}_")
"""Around the database's identifier in a name like zqk4v7ixjm2uqhsa_00016402_5ab8c8bb_..."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A logical slot. `held_bytes` is the WAL that it keeps from being removed.

    `wal_status` is reserved, extended, unreserved or lost (PostgreSQL manual, 53.20); a slot that
    is just being made holds nothing yet and counts as reserved. `of_dms` says whether it bears a
    name as DMS gives them, with the database's identifier in it, or decodes as DMS does.
    """

    name: str
    plugin: str
    active: bool
    wal_status: str
    held_bytes: int
    of_dms: bool


def slots(connection: Connection) -> list[Slot]:
    """The logical slots of this database."""
    rows = connection.execute(
        "SELECT slot_name::text, plugin::text, active,"
        " coalesce(wal_status, 'reserved'),"
        " coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint,"
        " slot_name ~ (%s || datoid || %s) OR plugin = ANY (%s)"
        " FROM pg_catalog.pg_replication_slots"
        " WHERE slot_type = 'logical' AND database = current_database() AND NOT temporary"
        " ORDER BY slot_name",
        (*_NAME, list(PLUGINS)),
    )
    return [Slot(*row) for row in rows]


def own_slots(connection: Connection, before: Collection[str]) -> list[Slot]:
    """Slots of this database that DMS made, and that were not there before the migration: somebody
    else may have made one since then too."""
    return [slot for slot in slots(connection) if slot.of_dms and slot.name not in before]


def passed(connection: Connection, name: str, lsn: str) -> bool:
    """Whether the slot's reader has confirmed a position in the WAL."""
    row = connection.execute(
        "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_catalog.pg_replication_slots"
        " WHERE slot_name = %s",
        [lsn, name],
    ).fetchone()
    return row is not None and bool(row[0])


def drop_own_slots(
    connection: Connection, before: Collection[str], *, seconds: float = 20.0
) -> list[str]:
    """Drops the migration's slots; waits for their readers to go.

    Raises TransientFailure when one is still read after so many seconds.
    """
    dropped: list[str] = []
    deadline = time.monotonic() + seconds
    while found := own_slots(connection, before):
        for slot in found:
            if not slot.active:
                connection.execute(
                    "SELECT pg_drop_replication_slot(slot_name)"
                    " FROM pg_catalog.pg_replication_slots WHERE slot_name = %s AND NOT active",
                    [slot.name],
                )
                dropped.append(slot.name)
        if all(slot.active for slot in found):
            if time.monotonic() > deadline:
                names = ", ".join(slot.name for slot in found)
                raise TransientFailure(
                    f"replication slot {names} is still in use: stop the replication task"
                )
            time.sleep(0.25)
    return dropped
