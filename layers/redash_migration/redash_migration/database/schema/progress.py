"""Our own schema on a database, and how far the source's schema has come on the target."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from redash_migration.database.tables.catalog import CONTROL_SCHEMA, OWN_SCHEMA, Connection
from redash_migration.errors import TransientFailure

_SCHEMA = sql.Identifier(OWN_SCHEMA)
_ENTRIES = sql.Identifier(OWN_SCHEMA, "schema_entries")

START = 0
"""The number that stands for: the copy has begun on an empty database."""


def make_progress(connection: Connection) -> None:
    """The table of the entries that are done, and the schema of DMS's control tables."""
    connection.execute(
        sql.SQL(
            "CREATE SCHEMA IF NOT EXISTS {schema}; CREATE SCHEMA IF NOT EXISTS {control};"
            "CREATE TABLE IF NOT EXISTS {entries} ("
            "migration_id varchar(64), number integer, PRIMARY KEY (migration_id, number))"
        ).format(schema=_SCHEMA, control=sql.Identifier(CONTROL_SCHEMA), entries=_ENTRIES)
    )


def done(connection: Connection, migration_id: str) -> set[int]:
    """Numbers of the dump's entries that are on the target; holds START once begun."""
    rows = connection.execute(
        sql.SQL("SELECT number FROM {} WHERE migration_id = %s").format(_ENTRIES), [migration_id]
    )
    return {int(number) for (number,) in rows}


def mark(connection: Connection, migration_id: str, numbers: Iterable[int]) -> None:
    """Notes entries as done: in the transaction that puts them there."""
    connection.execute(
        sql.SQL("INSERT INTO {} SELECT %s, unnest(%s::integer[]) ON CONFLICT DO NOTHING").format(
            _ENTRIES
        ),
        [migration_id, list(numbers)],
    )


def note(migration_id: str, number: int) -> sql.Composed:
    """The same for one entry, as text to be sent in one message with others."""
    return sql.SQL("INSERT INTO {} VALUES ({}, {}) ON CONFLICT DO NOTHING").format(
        _ENTRIES, sql.Literal(migration_id), sql.Literal(number)
    )


def earlier_migrations(connection: Connection, migration_id: str) -> list[str]:
    """Other migrations that have left their progress here."""
    if not _exists(connection):
        return []
    rows = connection.execute(
        sql.SQL("SELECT DISTINCT migration_id FROM {} WHERE migration_id <> %s ORDER BY 1").format(
            _ENTRIES
        ),
        [migration_id],
    )
    return [str(name) for (name,) in rows]


def begun(connection: Connection, migration_id: str) -> bool:
    """Whether this migration has begun to copy its schema here."""
    return _exists(connection) and START in done(connection, migration_id)


def alone(connection: Connection, purpose: str) -> None:
    """Holds the session's lock for a purpose; TransientFailure when a second run is at it."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"{OWN_SCHEMA}/{purpose}"]
    ).fetchone()
    if row is None or not row[0]:
        raise TransientFailure(f"another run of {purpose} is still at work on this database")


def _exists(connection: Connection) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", [f"{OWN_SCHEMA}.schema_entries"]).fetchone()
    return row is not None and row[0] is not None
