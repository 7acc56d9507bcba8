"""Rows of the ledger, looked up in a database: in bulk, whatever the size of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from redash_migration.database.session.address import DatabaseAddress

Rows = dict[tuple[Any, ...], list[dict[str, Any]]]


def find_rows(
    address: DatabaseAddress,
    table: str,
    keys: Collection[tuple[tuple[str, Any], ...]],
    columns: Iterable[str],
) -> Rows:
    """The rows of a table by key, each key a tuple of (column, value), all of the same columns.

    Found by a join with the list of keys; a key with several rows shows that something was done
    twice.
    """
    names = [name for name, _ in next(iter(keys))]
    wanted = sorted({*names, *columns})
    statement = sql.SQL("SELECT {} FROM {} AS t JOIN unnest({}) AS k ({}) ON {}").format(
        sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in wanted),
        sql.Identifier(table),
        sql.SQL(", ").join(sql.SQL("{}::text[]").format(sql.Placeholder()) for _ in names),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(" AND ").join(
            sql.SQL("t.{0}::text = k.{0}").format(sql.Identifier(name)) for name in names
        ),
    )
    lists = [[str(key[place][1]) for key in keys] for place in range(len(names))]
    found: Rows = {}
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        cursor = connection.cursor(row_factory=dict_row)
        for row in cursor.execute(statement, lists):
            found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found
