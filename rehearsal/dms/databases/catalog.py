"""The tables of a database as DMS reads them before it carries them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from rehearsal.dms.task.mappings import TableName

_TABLES = """
SELECT n.nspname, c.relname, c.oid::int8,
       EXISTS (SELECT FROM pg_index i
               WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid),
       CASE c.relreplident
         WHEN 'd' THEN EXISTS (SELECT FROM pg_index i
           WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate)
         WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
         WHEN 'f' THEN true
         ELSE false END,
       c.relispartition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence = 'p'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND c.relname !~ '^awsdms_'
"""

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull OR t.typnotnull,
       CASE WHEN a.attgenerated <> '' THEN 'a generated column'
            WHEN a.attidentity = 'a' THEN 'GENERATED ALWAYS AS IDENTITY' ELSE '' END,
       EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid = a.attrelid
                AND a.attnum = ANY (k.conkey)),
       b.typtype::text, b.typname, coalesce(e.typtype::text, ''), coalesce(e.typname, ''),
       coalesce((SELECT array_position(i.indkey::int2[], a.attnum)
                   FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary
                    AND array_position(i.indkey::int2[], a.attnum) < i.indnkeyatts), -1)
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
 WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
"""

_UNSUPPORTED_KINDS = {"e": "enum", "c": "composite", "r": "range", "m": "multirange"}
_UNSUPPORTED_NAMES = frozenset({"tsvector", "tsquery", "inet", "macaddr", "macaddr8"})
_LOBS = frozenset({"text", "json", "jsonb", "bytea", "xml", "citext", "hstore"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type as PostgreSQL writes it, and what DMS makes of it."""

    name: str
    type: str
    not_null: bool
    unwritable: str
    """Why no INSERT may name it, or empty."""
    checked: bool
    """Whether a CHECK looks at it."""
    lob: bool
    array: bool
    unsupported: str
    """Why DMS can't carry it, or empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table and its columns. ``key`` is the primary key in order, empty when there is none."""

    name: TableName
    oid: int
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    identified: bool
    """Whether PostgreSQL can publish its updates and deletes (replica identity)."""
    partition: bool
    """Whether its rows are a partitioned table's."""

    def __str__(self) -> str:
        return ".".join(self.name)


def table_names(connection: psycopg.Connection) -> list[TableName]:
    """Every permanent table outside the system's schemas, but for DMS's own."""
    return [(row[0], row[1]) for row in connection.execute(_TABLES)]


def read_tables(
    connection: psycopg.Connection, wanted: Collection[TableName]
) -> dict[TableName, Table]:
    """The wanted tables that exist."""
    found: dict[TableName, Table] = {}
    for schema, name, oid, _, identified, partition in connection.execute(_TABLES).fetchall():
        if (schema, name) not in wanted:
            continue
        rows = connection.execute(_COLUMNS, [oid]).fetchall()
        key = sorted((row[9], row[0]) for row in rows if row[9] >= 0)
        found[schema, name] = Table(
            name=(schema, name),
            oid=oid,
            columns=tuple(_column(row) for row in rows),
            key=tuple(column for _, column in key),
            identified=identified,
            partition=partition,
        )
    return found


def _column(row: tuple[Any, ...]) -> Column:
    name, written, not_null, unwritable, checked, kind, base, element_kind, element, _ = row
    reason = _reason(kind, base) or _reason(element_kind, element)
    return Column(
        name=name,
        type=written,
        not_null=not_null,
        unwritable=unwritable,
        checked=checked,
        lob=base in _LOBS or bool(element) or (base == "varchar" and "(" not in written),
        array=bool(element),
        unsupported=reason,
    )


def _reason(kind: str, name: str) -> str:
    """AWS DMS User Guide, "Source data types for PostgreSQL": types that do not migrate."""
    return _UNSUPPORTED_KINDS.get(kind) or (name if name in _UNSUPPORTED_NAMES else "")
