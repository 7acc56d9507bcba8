"""Comparing one table's rows on both sides, by hashes computed inside the servers.

The rows are put into buckets by the hash of their key; only buckets that differ are looked at row
by row. Text forms are compared, so both sessions are pinned to the same output settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from rehearsal.dms.databases.catalog import Table
from rehearsal.dms.databases.endpoint import Database
from rehearsal.dms.task.mappings import TableName

BUCKETS = 1024

PINNED = (
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';"
    " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET lock_timeout = '10s'"
)

Buckets = dict[int, tuple[int, str]]
"""Bucket number -> rows in it and the sum of their hashes."""
Rows = dict[str, int]
"""Text of the key -> hash of the row."""


def pinned(database: Database) -> psycopg.Connection:
    """A session whose text output is the same on every version and side."""
    connection = database.connect()
    for statement in PINNED.split("; "):
        connection.execute(sql.SQL(statement))
    return connection


def horizon(connection: psycopg.Connection) -> str:
    """The oldest transaction that may still write now, as an xid."""
    row = connection.execute(
        "SELECT (txid_snapshot_xmin(txid_current_snapshot()) % 4294967296)::text"
    ).fetchone()
    return str(row[0]) if row else "3"


def change_counters(connection: psycopg.Connection) -> dict[TableName, int]:
    """How many rows were ever written to each table, as the statistics count them."""
    rows = connection.execute(
        "SELECT schemaname, relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"
    )
    return {(schema, table): changes for schema, table, changes in rows}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The statements that compare one table; it must have a primary key."""

    table: Table
    skip_lobs: bool = False

    def buckets(self, connection: psycopg.Connection) -> Buckets:
        """Every bucket of the table, from one scan."""
        rows = connection.execute(
            self._statement("SELECT {bucket}, count(*), sum({row})::text FROM {table} GROUP BY 1")
        )
        return {bucket: (count, total) for bucket, count, total in rows}

    def rows_in(self, connection: psycopg.Connection, buckets: Sequence[int]) -> Rows:
        """The rows of some buckets."""
        statement = self._statement("SELECT {key}, {row} FROM {table} WHERE {bucket} = ANY (%s)")
        return dict(connection.execute(statement, [list(buckets)]).fetchall())

    def rows_since(self, connection: psycopg.Connection, xid: str) -> Rows:
        """The rows written by this transaction or a later one."""
        statement = self._statement(
            "SELECT {key}, {row} FROM {table} t WHERE age(t.xmin) <= age(%s::xid)"
        )
        return dict(connection.execute(statement, [xid]).fetchall())

    def rows_of(self, connection: psycopg.Connection, keys: Sequence[str]) -> Rows:
        """The rows with these keys, as far as they exist."""
        statement = self._statement("SELECT {key}, {row} FROM {table} WHERE {key} = ANY (%s)")
        return dict(connection.execute(statement, [list(keys)]).fetchall())

    def count(self, connection: psycopg.Connection) -> int:
        """How many rows there are."""
        row: tuple[Any, ...] | None = connection.execute(
            self._statement("SELECT count(*) FROM {table}")
        ).fetchone()
        return int(row[0]) if row else 0

    def _statement(self, template: str) -> sql.Composed:
        key = sql.SQL("ROW({})::text").format(
            sql.SQL(", ").join(sql.Identifier(column) for column in self.table.key)
        )
        columns = [
            sql.SQL("{}::text").format(sql.Identifier(column.name))
            for column in self.table.columns
            if not (self.skip_lobs and column.lob)
        ]
        return sql.SQL(template).format(
            key=key,
            bucket=sql.SQL("(hashtextextended({}, 0) & {})").format(key, BUCKETS - 1),
            row=sql.SQL("hashtextextended(ROW({})::text, 0)").format(sql.SQL(", ").join(columns)),
            table=sql.Identifier(*self.table.name),
        )


def differing(source: Rows, target: Rows) -> list[str]:
    """The keys whose rows are not the same on both sides."""
    return sorted(
        key for key in source.keys() | target.keys() if source.get(key) != target.get(key)
    )
