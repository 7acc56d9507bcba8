"""A table's key statistics, read from the source's catalog without a scan."""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.planning.chunks import KeyStatistics
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.naming import may_be_told
from redash_migration.database.tables.shape import read_shape

_INTEGERS = {"int2", "int4", "int8"}

_HISTOGRAM = """
SELECT histogram_bounds::text::text[] FROM pg_catalog.pg_stats
WHERE schemaname = %s AND tablename = %s AND attname = %s AND NOT inherited
"""


def key_statistics(session: Session, schema: str, name: str) -> KeyStatistics | None:
    """The histogram of the key's first column, with its true ends; None without a primary key, and
    without bounds where these could not be told (naming.py)."""
    shape = read_shape(session, schema, name)
    if not shape.key:
        return None
    column = shape.key_columns[0]
    if not may_be_told(column.builtin):
        return KeyStatistics(False, (), len(shape.key))
    row = session.execute(_HISTOGRAM, (schema, name, column.name)).fetchone()
    bounds = list(row[0]) if row and row[0] else []
    integer = column.builtin in _INTEGERS
    if integer:
        ends = session.execute(
            sql.SQL("SELECT min({0})::text, max({0})::text FROM {1}").format(
                sql.Identifier(column.name), shape.only
            )
        ).fetchone()
        if ends and ends[0] is not None:
            inside = [bound for bound in bounds if int(ends[0]) < int(bound) < int(ends[1])]
            bounds = [ends[0], *inside, ends[1]]
    return KeyStatistics(integer, tuple(bounds), len(shape.key))
