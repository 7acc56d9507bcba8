"""Sessions that read or write many rows: no statement limit, one text form on every server."""

from __future__ import annotations

from typing import Any, Literal

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect

Session = psycopg.Connection[tuple[Any, ...]]

LOCK_TIMEOUT = 10.0
"""Seconds. Nobody but the migration has business with these tables; a step is tried five times, so
that somebody's lock ends a write pause after a minute, not after five."""

MAINTENANCE_WORK_MEM = "256MB"
"""What building an index and checking a constraint may use, on either server."""

PINNED: dict[str, str] = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "search_path": "pg_catalog",
    "array_nulls": "on",
    "xmloption": "content",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "jit": "off",
}
"""What changes the text of a value, or the plan of a scan, set alike on both sides.

Most change the text that PostgreSQL makes of some type, or what it reads in one; with the search
path at pg_catalog alone, object identifier types spell their names in full on both sides.
Just-in-time compilation costs more than it saves where each statement runs once.
"""


def open_session(
    address: DatabaseAddress,
    *,
    purpose: str,
    write: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Session:
    """Opens a session for long work. It has no statement time-out: the caller's own time limit
    (15 minutes of a Lambda function) ends it, and the server notices a client that is gone."""
    session = connect(
        address,
        purpose=purpose,
        read_only=not write,
        statement_timeout=0,
        lock_timeout=lock_timeout,
    )
    try:
        pin(session)
    except BaseException:
        session.close()
        raise
    return session


def pin(session: Session, *, local: bool = False) -> None:
    """Sets PINNED for the session, or until its transaction ends, in one round trip."""
    session.execute(
        "SELECT set_config(name, value, %s)"
        " FROM unnest(%s::text[], %s::text[]) AS pinned(name, value)",
        (local, list(PINNED), list(PINNED.values())),
    )


def set_locally(
    session: Session, name: Literal["session_replication_role"] | str, value: str
) -> None:
    """SET LOCAL with a value from outside the statement; lasts until the transaction ends."""
    session.execute("SELECT set_config(%s, %s, true)", (name, value))


def major_version(session: Session) -> int:
    """16 for a PostgreSQL 16.x server."""
    return session.info.server_version // 10000
