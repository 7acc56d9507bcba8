"""Do expressions that rows pass through make the same of them, wherever they are computed?

A CHECK, a generated column, a domain or an index may call a function whose body names others
without their schema. Redash's sessions find them by their search path. Sessions that restore have
pg_catalog alone there, as pg_dump's have, and from 17 on so has whatever builds an index or
gathers statistics (release notes, E.8): the rows would be refused in the write pause. So such
expressions are computed here, for some rows, with that path.

What they find may still read what is set for a session: a function that is called IMMUTABLE and
takes the date of a timestamptz has another for the time zone of Redash's sessions than for ours. An
index would be built of other values than are looked for later. So they are computed with either.
PostgreSQL's own are no exception: the texts of a float and a bytea pass for IMMUTABLE, and follow
extra_float_digits and bytea_output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg
from psycopg import errors, sql

from redash_migration.database.session.data_session import PINNED
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.failure_text import words
from redash_migration.preflight.asking import listed, setting
from redash_migration.record import Check

NAME = "source.search_path"
ROWS = 100
SECONDS = 5
"""For each expression: one that takes longer is not judged."""

_EXPRESSIONS = """
SELECT n.nspname::text, c.relname::text, x.what, x.expression
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT concat('CHECK ', quote_ident(k.conname),
                  CASE WHEN NOT k.convalidated THEN ' NOT VALID' END),
           pg_get_expr(k.conbin, k.conrelid)
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype = 'c'
    UNION ALL
    SELECT 'column ' || quote_ident(a.attname), pg_get_expr(e.adbin, e.adrelid)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef e
      ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attgenerated <> ''
    UNION ALL
    SELECT 'column ' || quote_ident(a.attname),
           format('%%I::text::%%s', a.attname, format_type(a.atttypid, NULL))
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_constraint k ON k.contypid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND k.contype = 'c'
    UNION ALL
    SELECT 'index ' || i.indexrelid::regclass::text,
           format('ROW(%%s)', concat_ws(', ', pg_get_expr(i.indexprs, i.indrelid),
                                        pg_get_expr(i.indpred, i.indrelid)))
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
) AS x(what, expression)
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> ALL (%s)
ORDER BY 1, 2, 3
"""

_LOST = (
    errors.UndefinedFunction,
    errors.UndefinedTable,
    errors.UndefinedObject,
    errors.InvalidSchemaName,
)

_OF_REDASH = """
SELECT split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) AS c
WHERE s.setrole IN (SELECT relowner FROM pg_catalog.pg_class WHERE relname = 'alembic_version')
  AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
                            WHERE datname = current_database()))
  AND lower(split_part(c, '=', 1)) = ANY (%s)
ORDER BY s.setdatabase
"""
"""What is set for the role that made Redash's tables; for the database, our session has it too."""

_READ = {name: value for name, value in PINNED.items() if name not in {"search_path", "jit"}}


def search_path(connection: Connection) -> Iterable[Check]:
    """FAIL with what finds what it calls by the search path alone, or reads other settings."""
    path = [part.strip(' "') for part in setting(connection, "search_path").split(",")]
    if "pg_catalog" in path[1:]:
        yield Check(
            NAME,
            "FAIL",
            f"{path[0]} stands before pg_catalog: what is there is taken for PostgreSQL's own",
            "ALTER ROLE or ALTER DATABASE ... SET search_path with pg_catalog first, or without it"
            " (then it comes first by itself).",
        )
        return
    with connection.transaction():
        connection.execute("SELECT set_config('search_path', 'pg_catalog', true)")
        expressions = connection.execute(_EXPRESSIONS.encode(), [OWN_SCHEMAS]).fetchall()
    lost = [
        f"{what} of {schema}.{table} ({said})"
        for schema, table, what, expression in expressions
        if (said := _lost(connection, schema, table, expression))
    ]
    if lost:
        yield Check(
            NAME,
            "FAIL",
            f"find what they call by the search path alone: {listed(lost)}",
            "ALTER FUNCTION ... SET search_path = public (or where that is), for the function that"
            " calls: rows are restored, indexes are built and statistics gathered without it.",
        )
        return
    names = [name.lower() for name in _READ]
    theirs = {str(name): str(value) for name, value in connection.execute(_OF_REDASH, [names])}
    bent = [
        f"{what} of {schema}.{table}"
        for schema, table, what, expression in expressions
        # A constraint that is NOT VALID comes behind the last row.
        if not what.endswith(" NOT VALID") and _bent(connection, schema, table, expression, theirs)
    ]
    if bent:
        yield Check(
            NAME,
            "FAIL",
            f"make something else of rows by the settings of a session: {listed(bent)}",
            "For the function that is called: ALTER FUNCTION ... SET timezone = ... (or what else"
            " it reads), as in Redash's sessions; in a CHECK, write AT TIME ZONE; of an interval, a"
            " float or a bytea take no text, or leave IntervalStyle, extra_float_digits and"
            " bytea_output as PostgreSQL has them. Rows are restored and indexes built with other"
            " settings.",
        )
        return
    yield Check(NAME, "PASS", f"{len(expressions)} expressions are the same in every session")


def _lost(connection: Connection, schema: str, table: str, expression: str) -> str:
    """What is not found, in the server's words; "" where all is, or another thing is wrong."""
    try:
        _computed(connection, schema, table, expression, {"search_path": "pg_catalog"})
    except _LOST as error:
        return words(error)
    except psycopg.OperationalError:
        if connection.closed:
            raise
    except psycopg.Error:
        pass
    return ""


def _bent(
    connection: Connection, schema: str, table: str, expression: str, theirs: Mapping[str, str]
) -> bool:
    """Whether a session with our settings makes another value than one with Redash's, or none."""
    # Of a value as it is sent to a client, which no setting changes; a domain's is a text before.
    sent = "pg_catalog.encode(pg_catalog.record_send(ROW({})), 'hex')"
    value = "{} IS NULL" if "::text::" in expression else sent
    asked = value.format(f"({expression})")
    try:
        there = _computed(connection, schema, table, asked, theirs)
    except psycopg.Error:
        if connection.closed:
            raise
        return False
    try:
        return _computed(connection, schema, table, asked, _READ) != there
    except psycopg.errors.QueryCanceled:
        return False
    except psycopg.Error:
        if connection.closed:
            raise
        return True


def _computed(
    connection: Connection, schema: str, table: str, expression: str, given: Mapping[str, str]
) -> str | None:
    """A digest of what an expression makes of some rows, in a session with these settings."""
    query = sql.SQL(
        "SELECT md5(string_agg(x::text, ' ')) FROM (SELECT {} AS x FROM ONLY {} LIMIT {}) AS found"
    ).format(sql.SQL(expression), sql.Identifier(schema, table), sql.Literal(ROWS))
    settings = {"synchronize_seqscans": "off", "statement_timeout": f"{SECONDS}s", **given}
    with connection.transaction():
        connection.execute(
            "SELECT set_config(name, value, true)"
            " FROM unnest(%s::text[], %s::text[]) AS given(name, value)",
            [list(settings), list(settings.values())],
        )
        row = connection.execute(query).fetchone()
    return None if row is None else row[0]
