"""Values that DMS does not carry as they are.

DMS turns a NaN among numbers into 0, infinite dates and times into others, and rounds a numeric
without a precision to six places. PostgreSQL's own replication, which stands for it here, would
carry them exactly; so they are altered afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from rehearsal.dms.task.mappings import TableName

_ODD = """
SELECT a.attname, t.typname,
       t.typname = 'numeric' AND a.atttypmod < 0 AND own.typtypmod < 0 AS without_precision
FROM pg_attribute a JOIN pg_type own ON own.oid = a.atttypid
JOIN pg_type t ON t.oid = (
    WITH RECURSIVE base AS (
        SELECT y.oid, y.typbasetype, y.typtype FROM pg_type y WHERE y.oid = a.atttypid
      UNION ALL
        SELECT y.oid, y.typbasetype, y.typtype FROM base b JOIN pg_type y ON y.oid = b.typbasetype
        WHERE b.typtype = 'd')
    SELECT oid FROM base WHERE typtype <> 'd')
WHERE a.attrelid = format('%%I.%%I', %s::text, %s::text)::regclass AND a.attnum > 0
  AND NOT a.attisdropped AND a.attgenerated = ''
  AND t.typname IN ('numeric', 'float4', 'float8', 'date', 'timestamp', 'timestamptz')
"""


def alter_what_dms_alters(
    target: psycopg.Connection[Any], tables: Iterable[TableName]
) -> list[TableName]:
    """Make the loaded rows what DMS would have made of them; the tables that had such values."""
    altered = []
    with target.transaction():
        target.execute("SET LOCAL session_replication_role = replica")
        for schema, table in tables:
            columns = target.execute(_ODD, (schema, table)).fetchall()
            if not columns:
                continue
            changes, odd = zip(*(_change(*column) for column in columns), strict=True)
            changed = target.execute(
                sql.SQL("UPDATE {} SET {} WHERE {}").format(
                    sql.Identifier(schema, table),
                    sql.SQL(", ").join(changes),
                    sql.SQL(" OR ").join(odd),
                )
            )
            if changed.rowcount:
                altered.append((schema, table))
    return altered


def _change(column: str, kind: str, without_precision: bool) -> tuple[sql.Composed, sql.Composed]:
    """What the column is set to, and where that changes anything."""
    odd: sql.SQL
    instead: sql.Composable
    if kind in {"numeric", "float4", "float8"}:
        odd, instead = sql.SQL("{} = 'NaN'"), sql.SQL("0")
    else:
        odd, instead = sql.SQL("NOT isfinite({})"), sql.SQL("'9999-12-31'")
    name = sql.Identifier(column)
    where = odd.format(name)
    if without_precision:
        where = sql.SQL("({} OR {} <> round({}, 6))").format(where, name, name)
        instead = sql.SQL("coalesce(round(nullif({}, 'NaN'), 6), 0)").format(name)
    change = sql.SQL("{0} = CASE WHEN {1} THEN {2} ELSE {0} END").format(name, where, instead)
    return change, where
