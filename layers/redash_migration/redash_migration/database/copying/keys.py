"""Keys of rows, handed from the table `differing` on the target to the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import sql

from redash_migration.database.copying.whole import column_list
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.shape import TableShape

KEYS_PER_FETCH = 20_000


def fetch_keys(
    target: Session, shape: TableShape, which: sql.Composable
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The keys of `differing` that a condition holds for, as texts, some thousand at a time."""
    texts = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) for name in shape.key
    )
    query = sql.SQL("SELECT {} FROM pg_temp.differing WHERE {} ORDER BY {}").format(
        texts, which, column_list(shape.key_columns)
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


def same_key(shape: TableShape, left: str, right: str) -> sql.Composable:
    """SQL that is true for two rows of the same key, named left and right."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, name), sql.Identifier(right, name))
        for name in shape.key
    )
