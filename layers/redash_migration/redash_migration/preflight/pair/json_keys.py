"""Keys of jsonb documents that are ordered otherwise in another encoding, wherever the jsonb is.

A server orders the keys of a jsonb by length and by bytes, both in its own encoding: a document
with keys beyond ASCII reads otherwise in another. It may be a column itself, or lie in an array, a
composite, a domain, a range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from psycopg import sql

from redash_migration.database.tables.catalog import CatalogTable, Connection

_JSONB = 3802
"""pg_type.oid of jsonb."""


class _Part(NamedTuple):
    """What a type's values are made of: the other type, and the way there."""

    way: Literal["itself", "elements", "field", "bounds"]
    field: str
    type: int


_PARTS = """
SELECT t.oid::int8, 'itself', '', t.typbasetype::int8
FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
UNION ALL
SELECT t.oid::int8, 'elements', '', t.typelem::int8
FROM pg_catalog.pg_type t WHERE t.typtype = 'b' AND t.typcategory = 'A'
UNION ALL
SELECT t.oid::int8, 'field', a.attname::text, a.atttypid::int8
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid
WHERE t.typtype = 'c' AND t.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT r.rngtypid::int8, 'bounds', '', r.rngsubtype::int8 FROM pg_catalog.pg_range r
UNION ALL
SELECT (to_jsonb(r) ->> 'rngmultitypid')::int8, 'elements', '', r.rngtypid::int8
FROM pg_catalog.pg_range r WHERE to_jsonb(r) ? 'rngmultitypid'
"""

_COLUMNS = """
SELECT a.attname::text, a.atttypid::int8 FROM pg_catalog.pg_attribute a
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def has_other_keys(source: Connection, table: CatalogTable) -> bool:
    """Whether a jsonb document of the table has a key beyond ASCII; reads every one."""
    parts: dict[int, list[_Part]] = {}
    for whole, *part in source.execute(_PARTS).fetchall():
        parts.setdefault(whole, []).append(_Part(*part))
    only = sql.Identifier(table.schema, table.name)
    for column, type_ in source.execute(_COLUMNS, [table.oid]).fetchall():
        for way in _ways(type_, parts):
            found = source.execute(_query(only, column, way)).fetchone()
            if found and found[0]:
                return True
    return False


def _ways(whole: int, parts: dict[int, list[_Part]]) -> Iterator[tuple[_Part, ...]]:
    """Every way from a type's value to a jsonb in it."""
    if whole == _JSONB:
        yield ()
    for part in parts.get(whole, ()):
        for rest in _ways(part.type, parts):
            yield part, *rest


def _query(only: sql.Identifier, column: str, way: tuple[_Part, ...]) -> sql.Composed:
    value: sql.Composable = sql.Identifier("t", column)
    laterals: list[sql.Composable] = []
    for number, part in enumerate(way):
        if part.way == "field":
            value = sql.SQL("({}).{}").format(value, sql.Identifier(part.field))
        elif part.way != "itself":
            each = sql.Identifier(f"e{number}")
            many = "{0}" if part.way == "elements" else "ARRAY[lower({0}), upper({0})]"
            laterals.append(
                sql.SQL(
                    ", LATERAL (SELECT {0} FROM pg_catalog.unnest({1}) {0}) AS x{2}({0})"
                ).format(each, sql.SQL(many).format(value), sql.SQL(str(number)))
            )
            value = sql.Identifier(f"x{number}", f"e{number}")
    return sql.SQL(
        "SELECT EXISTS (SELECT FROM ONLY {} t{}, pg_catalog.jsonb_path_query({},"
        " 'strict $.** ? (@.type() == \"object\").keyvalue().key') k"
        " WHERE octet_length(k #>> '{{}}') <> length(k #>> '{{}}'))"
    ).format(only, sql.SQL("").join(laterals), value)
