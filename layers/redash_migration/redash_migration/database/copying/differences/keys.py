"""Keys of rows: in temporary tables on the target, and handed from there to the source.

A temporary table has columns of its own beside the key's, and a user's column may be called as one
of them. So a key's columns are called by their places there: k0, k1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import sql

from redash_migration.database.copying.whole import column_list
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.shape import TableShape

KEYS_PER_FETCH = 20_000


def _place(_: TableShape, number: int) -> str:
    """What a temporary table calls the key's column of this number."""
    return f"k{number}"


def places(shape: TableShape, alias: str = "") -> sql.Composable:
    """The key's columns as temporary tables call them."""
    names = [_place(shape, number) for number in range(len(shape.key))]
    return sql.SQL(", ").join(
        sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names
    )


def placed(shape: TableShape) -> sql.Composable:
    """The key's columns of the table, named t, for a temporary table."""
    return sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.Identifier("t", name), sql.Identifier(_place(shape, number)))
        for number, name in enumerate(shape.key)
    )


def fetch_keys(
    target: Session, shape: TableShape, which: sql.Composable
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The keys of `differing` that a condition holds for, as texts, some thousand at a time."""
    texts = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(_place(shape, number)))
        for number in range(len(shape.key))
    )
    query = sql.SQL("SELECT {} FROM pg_temp.differing WHERE {} ORDER BY {}").format(
        texts, which, places(shape)
    )
    with target.cursor(name="differing_keys") as cursor:
        cursor.execute(query)
        while keys := cursor.fetchmany(KEYS_PER_FETCH):
            yield keys


def with_keys(shape: TableShape, keys: Sequence[tuple[Any, ...]]) -> sql.Composed:
    """A FROM clause: the rows, named t, that bear these keys. The keys stay texts until they are
    compared: unnest() would take an array of keys that are arrays themselves apart altogether."""
    arrays = sql.SQL(", ").join(
        sql.SQL("{}::text[]").format(sql.Literal([key[place] for key in keys]))
        for place in range(len(shape.key))
    )
    same = sql.SQL(" AND ").join(
        sql.SQL("{} = {}::{}").format(
            sql.Identifier("t", column.name),
            sql.Identifier("k", column.name),
            sql.SQL(column.type),
        )
        for column in shape.key_columns
    )
    return sql.SQL("unnest({}) AS k({}) JOIN {} t ON {}").format(
        arrays, column_list(shape.key_columns), shape.only, same
    )


def same_key(shape: TableShape, placed_in: str) -> sql.Composable:
    """SQL that is true for a row of the table, named t, and one of a temporary table."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(
            sql.Identifier("t", name), sql.Identifier(placed_in, _place(shape, number))
        )
        for number, name in enumerate(shape.key)
    )
