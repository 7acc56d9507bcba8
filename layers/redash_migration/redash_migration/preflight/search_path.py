"""Do functions that rows pass through find what they call, wherever they are called from?

A CHECK, a generated column, a domain or an index may call a function whose body names others
without their schema. Redash's sessions find them by their search path. Sessions that restore have
pg_catalog alone there, as pg_dump's have, and from 17 on so has whatever builds an index or
gathers statistics (release notes, E.8): the rows would be refused in the write pause. So such
expressions are computed here, for some rows, with that path.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import errors, sql

from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.failure_text import words
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

NAME = "source.search_path"
ROWS = 100
SECONDS = 5
"""For each expression: one that takes longer is not judged."""

_CALLING = """
    EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = '{catalog}'::regclass
            AND d.objid = {oid} AND d.refobjid >= 16384
            AND d.refclassid IN ('pg_catalog.pg_proc'::regclass,
                                 'pg_catalog.pg_operator'::regclass))
"""


def _calling(catalog: str, oid: str) -> str:
    return _CALLING.format(catalog=f"pg_catalog.{catalog}", oid=oid)


_EXPRESSIONS = f"""
SELECT n.nspname::text, c.relname::text, x.what, x.expression
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT 'CHECK ' || quote_ident(k.conname), pg_get_expr(k.conbin, k.conrelid)
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype = 'c' AND {_calling("pg_constraint", "k.oid")}
    UNION ALL
    SELECT 'column ' || quote_ident(a.attname), pg_get_expr(e.adbin, e.adrelid)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef e
      ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND {_calling("pg_attrdef", "e.oid")}
    UNION ALL
    SELECT 'column ' || quote_ident(a.attname),
           format('%%I::text::%%s', a.attname, format_type(a.atttypid, NULL))
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_constraint k ON k.contypid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND {_calling("pg_constraint", "k.oid")}
    UNION ALL
    SELECT 'index ' || i.indexrelid::regclass::text,
           format('ROW(%%s)', concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid),
                                        pg_get_expr(i.indpred, i.indrelid)))
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND {_calling("pg_class", "i.indexrelid")}
) AS x(what, expression)
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> ALL (%s)
ORDER BY 1, 2, 3
"""  # noqa: S608 - made of constants

_LOST = (
    errors.UndefinedFunction,
    errors.UndefinedTable,
    errors.UndefinedObject,
    errors.InvalidSchemaName,
)


def search_path(connection: Connection) -> Iterable[Check]:
    """FAIL with what finds by the search path alone what it calls."""
    with connection.transaction():
        connection.execute("SELECT set_config('search_path', 'pg_catalog', true)")
        expressions = connection.execute(_EXPRESSIONS.encode(), [OWN_SCHEMAS]).fetchall()
    lost = [
        f"{what} of {schema}.{table} ({said})"
        for schema, table, what, expression in expressions
        if (said := _lost(connection, schema, table, expression))
    ]
    if not lost:
        yield Check(NAME, "PASS", f"{len(expressions)} expressions find the functions they call")
        return
    yield Check(
        NAME,
        "FAIL",
        f"find what they call by the search path alone: {listed(lost)}",
        "ALTER FUNCTION ... SET search_path = public (or where that is), for the function that"
        " calls: rows are restored, indexes are built and statistics gathered without it.",
    )


def _lost(connection: Connection, schema: str, table: str, expression: str) -> str:
    """What is not found, in the server's words; "" where all is, or another thing is wrong."""
    query = sql.SQL(
        "SELECT count(x::text) FROM (SELECT {} AS x FROM ONLY {} LIMIT {}) AS found"
    ).format(sql.SQL(expression), sql.Identifier(schema, table), sql.Literal(ROWS))
    try:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('search_path', 'pg_catalog', true),"
                " set_config('statement_timeout', %s, true)",
                [f"{SECONDS}s"],
            )
            connection.execute(query)
    except _LOST as error:
        return words(error)
    except psycopg.OperationalError:
        if connection.closed:
            raise
    except psycopg.Error:
        pass
    return ""
