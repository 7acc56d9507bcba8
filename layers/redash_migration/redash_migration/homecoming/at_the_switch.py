"""What a return will need to know, written down before the first user writes on the new side."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg

from redash_migration.database.schema import drift
from redash_migration.database.schema.outline import read_outline
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.database.watch.measure import SourceBefore, disk_use
from redash_migration.database.watch.slot import slots
from redash_migration.database.watch.watching import BEFORE_FACT
from redash_migration.homecoming.facts import OLD_FACT, ROLE_FACT
from redash_migration.record import Record
from redash_migration.settings import Settings


def note_ends(record: Record, old: DatabaseAddress, new: DatabaseAddress) -> None:
    """Keep the new side's schema, slots and size, and which database the old one is.

    `record` is the return's, where the new side is the source.
    """
    with closing(connect(new, purpose="at-the-switch")) as session:
        record.put_fact(drift.FACT, read_outline(session).to_json())
        before = SourceBefore(
            slots=tuple(slot.name for slot in slots(session)),
            disk_free_bytes=None,
            wal_budget_bytes=None,
            disk_use=disk_use(session),
        )
    record.put_fact(BEFORE_FACT, before.to_json())
    with closing(connect(old, purpose="at-the-switch")) as session:
        record.put_fact(OLD_FACT, identity(session))
        record.put_fact(ROLE_FACT, {"name": _owner_of_tables(session)})


def identity(session: Connection) -> dict[str, Any]:
    """What a restored backup has otherwise; the server's identifier is null where the role may not
    see it."""
    row = session.execute(
        "SELECT oid::bigint FROM pg_catalog.pg_database WHERE datname = current_database()"
    ).fetchone()
    try:
        server = session.execute(
            "SELECT system_identifier::text FROM pg_catalog.pg_control_system()"
        ).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        server = None
    return {"database": row[0] if row else None, "server": server[0] if server else None}


def application_role(record: Record, settings: Settings) -> str:
    """The role with which Redash logs in to the database that is written: the new one's is a
    setting, the old one's the owner of its tables, for Redash made them."""
    if record.direction == "forward":
        return settings.application_database_role
    return str((record.fact(ROLE_FACT) or {}).get("name", ""))


def _owner_of_tables(session: Connection) -> str:
    row = session.execute(
        "SELECT r.rolname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_roles r ON r.oid = c.relowner"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname <> ALL (%s)"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
        [OWN_SCHEMAS],
    ).fetchone()
    return "" if row is None else str(row[0])
