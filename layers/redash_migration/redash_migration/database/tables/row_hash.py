"""A 64-bit hash of a whole row, computed inside the server and alike on every version.

Rows are compared by it when differences are carried over and when the data is verified. Two rows
hash alike only if every value is the same byte for byte (up to the chance of 2^-64).

From PostgreSQL 14 on, `hash_record_extended` hashes a row of values. Three things make it exact:

- It combines the columns' hashes linearly (31 * hash + next), so that a sum over rows, taken
  modulo 2^64, would not see two rows exchange a value. A last round of mixing, with the 64-bit
  hash as the seed, mends that.
- The hash of an 8-byte value is made of 32 bits (its halves folded; 1 and 4294967296 collide), and
  that of a number or jsonb of its value, so that 1.0 and 1.00 collide. Such values are hashed in
  the form they have on the wire (int8send and the like), jsonb and json as text. An xml
  too is hashed as it is sent: what it says of the encoding it once came in stays behind.
- Texts are hashed under the "C" collation, by their bytes.

The binary form of a tsvector costs a third of its text form. Hash partitions rely on the same
functions across versions (PostgreSQL manual, 5.12), which is why their values stay as they are.

Where the two servers keep texts in different encodings (EUC_JP and UTF8), neither their bytes nor
what is ordered by them is comparable. There every value is hashed in the form in which it goes to
the client, whose encoding is UTF8 on both sides, and a tsvector by its lexemes in the order of
their UTF8. (Keys of a jsonb are ordered by the server's bytes too; the preflight refuses those.)

PostgreSQL 13 has no hash of a row: there each column's text is hashed with the hash of the
columns before it as the seed, and at the end the pattern of NULLs, so that neither NULL and ''
nor the borders between columns can be confused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.shape import ShapeColumn, TableShape

Scheme = Literal["record", "chain", "utf8"]

RECORD_SINCE = 14
"""First major version with hash_record_extended."""

_AS_IS = frozenset(
    {"bool", "int2", "int4", "oid", "date", "char", "text", "varchar", "bpchar", "uuid", "bytea"}
)
_AS_TEXT = frozenset({"json", "jsonb"})


def scheme_for(source_version: int, target_version: int) -> Scheme:
    """The scheme that both servers (major versions) know."""
    return "record" if min(source_version, target_version) >= RECORD_SINCE else "chain"


def scheme_between(source: Session, target: Session) -> Scheme:
    """The scheme for these two servers: their versions, and their encodings."""
    one, other = (side.info.parameter_status("server_encoding") for side in (source, target))
    # SQL_ASCII keeps bytes as they came; the preflight has seen that they are UTF8.
    if one != other and {one, other} != {"UTF8", "SQL_ASCII"}:
        return "utf8"
    return scheme_for(*(side.info.server_version // 10000 for side in (source, target)))


def row_hash(shape: TableShape, scheme: Scheme) -> sql.Composable:
    """A bigint expression over the columns of a row named t."""
    return _hash_of(shape.columns, scheme)


def key_hash(shape: TableShape, scheme: Scheme) -> sql.Composable:
    """The same over the primary key alone."""
    return _hash_of(shape.key_columns, scheme)


def _hash_of(columns: Iterable[ShapeColumn], scheme: Scheme) -> sql.Composable:
    columns = tuple(columns)
    if not columns:
        return sql.SQL("0::bigint")
    if scheme == "record":
        values = sql.SQL(", ").join(_exact(column) for column in columns)
        return sql.SQL(
            "pg_catalog.hashint4extended(0, pg_catalog.hash_record_extended(ROW({}), 0))"
        ).format(values)
    chain: sql.Composable = sql.SQL("0")
    nulls: list[sql.Composable] = []
    for column in columns:
        name: sql.Composable = sql.Identifier("t", column.name)
        # The text of an xml says what encoding it came in, which stays behind.
        plain = scheme == "chain" and column.builtin != "xml"
        text = sql.SQL("{}::text").format(name) if plain else _in_utf8(column)
        chain = sql.SQL("pg_catalog.hashtextextended(coalesce({}, ''), {})").format(text, chain)
        nulls.append(sql.SQL("CASE WHEN {} IS NULL THEN '0' ELSE '1' END").format(name))
    return sql.SQL("pg_catalog.hashtextextended({}, {})").format(sql.SQL(" || ").join(nulls), chain)


def _in_utf8(column: ShapeColumn) -> sql.Composable:
    """The column's bytes as they go to a client that speaks UTF8, in hexadecimal."""
    name = sql.Identifier("t", column.name)
    if column.builtin == "tsvector":
        return sql.SQL(
            "pg_catalog.encode((SELECT string_agg(pg_catalog.textsend(concat_ws(' ', l.lexeme,"
            " l.positions::text, l.weights::text)), '\\x00'::bytea"
            " ORDER BY pg_catalog.convert_to(l.lexeme, 'UTF8')) FROM pg_catalog.unnest({}) l),"
            " 'hex')"
        ).format(name)
    if column.builtin in _AS_TEXT or not column.send or not column.binary:
        return sql.SQL("pg_catalog.encode(pg_catalog.textsend({}::text), 'hex')").format(name)
    return sql.SQL("pg_catalog.encode({}({}), 'hex')").format(
        sql.Identifier("pg_catalog", column.send), name
    )


def _exact(column: ShapeColumn) -> sql.Composable:
    """The column in a form whose hash tells any two different values apart."""
    name = sql.Identifier("t", column.name)
    if column.builtin in _AS_IS:
        return sql.SQL('{} COLLATE "C"').format(name) if column.collatable else name
    if column.builtin in _AS_TEXT or not column.send or not column.binary:
        return sql.SQL('{}::text COLLATE "C"').format(name)
    return sql.SQL("{}({})").format(sql.Identifier("pg_catalog", column.send), name)
