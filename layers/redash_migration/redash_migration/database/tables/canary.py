"""The canary: a row written on the source whose arrival proves that all before it has arrived.

DMS applies transactions in the order of their commits, so what was committed before the canary is
on the target when the canary is. There is one row a migration; its mark says which release it is.
"""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.tables.catalog import CONTROL_SCHEMA, OWN_SCHEMA, Connection

_TABLE = sql.Identifier(OWN_SCHEMA, "canary")


def make(connection: Connection) -> None:
    """The canary's table, where it is not there yet."""
    connection.execute(
        sql.SQL(
            "CREATE SCHEMA IF NOT EXISTS {}; CREATE TABLE IF NOT EXISTS {} ("
            "migration_id varchar(64) PRIMARY KEY, mark varchar(64), written_at timestamptz)"
        ).format(sql.Identifier(OWN_SCHEMA), _TABLE)
    )


def is_there(connection: Connection) -> bool:
    """Whether the canary's table has been made: without it nothing is replicated."""
    row = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", [f"{OWN_SCHEMA}.canary"]
    ).fetchone()
    return row is not None and bool(row[0])


def release(connection: Connection, migration_id: str, mark: str) -> int | None:
    """Writes the canary with a mark, once: a repeated call leaves it as it is.

    The session must be one that may write past the fence, and commits by itself. Returns the id of
    the canary's transaction if it was alone: nobody had one open when it began, nobody drew one in
    between; so all that will ever have been committed before it is committed. Otherwise None.
    """
    row = connection.execute(
        sql.SQL(
            "INSERT INTO {table} AS c (migration_id, mark, written_at) VALUES (%s, %s, now())"
            " ON CONFLICT (migration_id) DO UPDATE"
            " SET mark = excluded.mark, written_at = excluded.written_at"
            " WHERE c.mark IS DISTINCT FROM excluded.mark"
            " RETURNING pg_current_xact_id()::text::bigint,"
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        ).format(table=_TABLE),
        [migration_id, mark],
    ).fetchone()
    if row is None:
        return None
    own, oldest, following = (int(value) for value in row)
    return own if oldest == following == own else None


def mark(connection: Connection, migration_id: str) -> str | None:
    """The mark of the canary as this side has it; None when there is none."""
    row = connection.execute(
        sql.SQL("SELECT mark FROM {} WHERE migration_id = %s").format(_TABLE), [migration_id]
    ).fetchone()
    return None if row is None else str(row[0])


def drop(connection: Connection) -> None:
    """Our schemas with all they hold, on either side."""
    connection.execute("SET client_min_messages = warning")
    for schema in (OWN_SCHEMA, CONTROL_SCHEMA):
        connection.execute(
            sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
        )
