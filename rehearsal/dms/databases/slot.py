"""The replication slot of a task, on the source."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from rehearsal.dms.databases.endpoint import Database


@dataclass(frozen=True, slots=True)
class SlotState:
    """The slot as the source shows it. ``wal_status`` is empty when the slot is gone, or old.

    (PostgreSQL documentation, "pg_replication_slots"; wal_status came with 13.)
    """

    exists: bool
    active: bool
    wal_status: str
    confirmed: int
    current: int
    """Where the source writes now, in bytes, as is ``confirmed``."""

    @property
    def lost(self) -> bool:
        """Whether the changes it should have kept are gone."""
        return not self.exists or self.wal_status == "lost"


def make_slot(connection: psycopg.Connection, name: str) -> None:
    """Keep every change from now on. Waits for the transactions that are under way."""
    connection.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name])


def look_at_slot(source: Database, name: str) -> SlotState:
    """The slot now."""
    with source.connect() as connection:
        status = "wal_status" if connection.info.server_version >= 130000 else "''"
        row = connection.execute(
            f"SELECT active, coalesce({status}, ''),"  # noqa: S608 - a column's name
            " coalesce(confirmed_flush_lsn - '0/0', 0)::int8,"
            " (pg_current_wal_lsn() - '0/0')::int8"
            " FROM pg_replication_slots WHERE slot_name = %s",
            [name],
        ).fetchone()
    if row is None:
        return SlotState(exists=False, active=False, wal_status="", confirmed=0, current=0)
    return SlotState(True, *row)


def beat(source: Database) -> None:
    """A heartbeat: WAL without a change, so that an idle slot can move on."""
    with source.connect() as connection:
        connection.execute("SELECT pg_logical_emit_message(false, 'awsdms_heartbeat', '')")


def drop_slot(connection: psycopg.Connection, name: str) -> None:
    """Drop the slot, if it is there; a slot in use is taken from its user first."""
    connection.execute(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
        " WHERE slot_name = %s AND active",
        [name],
    )
    for _ in range(50):
        try:
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                " WHERE slot_name = %s",
                [name],
            )
        except psycopg.errors.ObjectInUse:
            connection.execute("SELECT pg_sleep(0.1)")
        else:
            return
