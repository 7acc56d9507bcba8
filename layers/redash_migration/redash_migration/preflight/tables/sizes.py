"""How many rows a table has, how large its values are: exact where that is cheap."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from psycopg import errors, sql

from redash_migration.database.tables.carriable import NUMBERS, is_lob, may_be_altered
from redash_migration.database.tables.catalog import CatalogColumn, CatalogTable, Connection

EXACT_HEAP = 256 << 20  # bytes of main fork that are read whole
_SAMPLE = 32 << 20
_PER_TABLE = 20.0  # seconds
_TOTAL = 150.0
_UNKNOWN_WIDTH = 16
_MESSAGE = 1 << 30
"""No message of a server is longer: neither is a row, nor a value's text (utils/memutils.h)."""

_SHORT = frozenset(
    {
        *("bool", "char", "name", "int2", "int4", "int8", "float4", "float8", "numeric", "money"),
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "oid"),
        *("inet", "cidr", "macaddr", "macaddr8", "pg_lsn", "xid", "xid8", "tsvector"),
    }
)
"""Builtin types whose values are some kilobytes at most, a text search vector a megabyte."""
_BINARY = (_SHORT - {"interval"}) | {"text", "varchar", "bpchar", "bytea", "json", "jsonb", "xml"}
"""Types that always travel in their binary form. A table that has another may travel as text,
where each byte of a bytea takes two."""


@dataclass(frozen=True, slots=True)
class Size:
    """Rows and the largest value; of a large table from a sample or from statistics.

    Bytes; raw_bytes are the values' lengths as they travel, not as they are compressed on disk.
    """

    rows: int
    raw_bytes: int
    largest_lob_bytes: int
    altered: frozenset[str] = frozenset()
    """Columns that were seen to hold values that DMS alters."""
    largest_row_bytes: int = 0
    """The longest row as COPY sends it."""


def measure_tables(
    connection: Connection, tables: list[CatalogTable]
) -> dict[tuple[str, str], Size]:
    """The size of each table, within a total of two and a half minutes; small ones first."""
    found = {}
    deadline = time.monotonic() + _TOTAL
    for table in sorted(tables, key=lambda table: table.heap_bytes):
        left = min(_PER_TABLE, deadline - time.monotonic())
        found[table.schema, table.name] = (
            _measure(connection, table, left) if left > 0 else _estimate(table)
        )
    return found


def _measure(connection: Connection, table: CatalogTable, seconds: float) -> Size:
    share = 1.0 if table.heap_bytes <= EXACT_HEAP else _SAMPLE / table.heap_bytes
    try:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"]
            )
            row = connection.execute(_statement(table, share)).fetchone()
    except (errors.QueryCanceled, errors.LockNotAvailable):
        return _estimate(table)
    except errors.ProgramLimitExceeded:  # a value that has no text any more
        return replace(_estimate(table), largest_row_bytes=_MESSAGE)
    assert row is not None  # noqa: S101 - an aggregate always answers
    sampled, lob_bytes, largest = int(row[0]), int(row[1]), int(row[2])
    altered = frozenset(str(name) for name in row[3] if name is not None)
    widest = int(row[4])
    if share == 1.0:
        raw = lob_bytes + sampled * _plain_width(table)
        return Size(sampled, raw, largest, altered=altered, largest_row_bytes=widest)
    rows = table.rows if table.rows >= 0 else int(sampled / share)
    per_row = lob_bytes / sampled if sampled else 0
    raw = int(rows * (per_row + _plain_width(table)))
    return Size(rows, raw, largest, altered=altered, largest_row_bytes=widest)


def _statement(table: CatalogTable, share: float) -> sql.Composed:
    """One pass over the table. octet_length of text and bytea looks at the header only."""
    zero = [sql.SQL("0")]
    lengths = [_length(column) for column in table.columns if is_lob(column)] or zero
    as_text = any(_travels_as_text(column) for column in table.columns)
    wide = [
        sql.SQL("{}::bigint * {}").format(
            _length(column), sql.SQL("2" if as_text and column.base_type == "bytea" else "1")
        )
        for column in table.columns
        if not _short(column) and not column.generated
    ] or zero
    sample: sql.Composable = sql.SQL("")
    if share < 1.0:
        percent = sql.Literal(max(share * 100, 0.001))
        sample = sql.SQL(" TABLESAMPLE SYSTEM ({}) REPEATABLE (1)").format(percent)
    return sql.SQL(
        "SELECT count(*), coalesce(sum(({sum})::bigint), 0), coalesce(max(greatest({all})), 0),"
        " ARRAY[{altered}]::text[], coalesce(max({wide}), 0) FROM ONLY {table}{sample}"
    ).format(
        sum=sql.SQL(")::bigint + (").join(lengths),
        all=sql.SQL(", ").join(lengths),
        wide=sql.SQL(" + ").join(wide),
        altered=sql.SQL(", ").join(
            sql.SQL("CASE WHEN bool_or({}) THEN {} END").format(
                _altered(column), sql.Literal(column.name)
            )
            for column in table.columns
            if may_be_altered(column)
        ),
        table=sql.Identifier(table.schema, table.name),
        sample=sample,
    )


def _length(column: CatalogColumn) -> sql.Composable:
    """Of the value as it travels; octet_length of text and bytea looks at the header only."""
    plain = column.base_type in {"text", "varchar", "bytea"} and not column.array
    name = sql.Identifier(column.name)
    value = name if plain else sql.SQL("{}::text").format(name)
    return sql.SQL("coalesce(octet_length({}), 0)").format(value)


def _short(column: CatalogColumn) -> bool:
    limited = column.base_type in {"varchar", "bpchar"} and column.modifier >= 0
    return not column.array and (column.base_type in _SHORT or limited or column.kind == "e")


def _travels_as_text(column: CatalogColumn) -> bool:
    return column.domain or column.kind != "b" or column.base_type not in _BINARY


def _altered(column: CatalogColumn) -> sql.Composable:
    name = sql.Identifier(column.name)
    if column.base_type in NUMBERS:
        # NaN is the greatest of all; only floats without a length can be infinite.
        odd = "{0} = 'NaN'" if column.base_type == "numeric" else "abs({0}) >= 'Infinity'"
        return sql.SQL(odd).format(name)
    return sql.SQL("{0} < '0001-01-01' OR {0} >= '10000-01-01'").format(name)


def _estimate(table: CatalogTable) -> Size:
    """From the planner's statistics alone."""
    rows = max(table.rows, 0)
    width = _plain_width(table) + sum(c.width or 0 for c in table.columns if is_lob(c))
    return Size(rows, max(rows * width, table.heap_bytes), table.bytes)


def _plain_width(table: CatalogTable) -> int:
    return sum(c.width or _UNKNOWN_WIDTH for c in table.columns if not is_lob(c))
