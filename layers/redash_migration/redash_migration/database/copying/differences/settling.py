"""Rows that only one side has written since the horizons: are they the same all the same?

Such a row was hashed on one side alone. The hash that is missing is fetched for these keys only:
the rows that an earlier run carried over were written on the target by that run itself, and would
otherwise be carried again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from redash_migration.database.copying.differences.keys import (
    fetch_keys,
    placed,
    places,
    same_key,
    with_keys,
)
from redash_migration.database.copying.stream import stream
from redash_migration.database.copying.whole import column_list
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.row_hash import row_hash
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import TableShape


def settle_one_sided(source: Session, target: Session, scan: Scan) -> None:
    """Take out of `differing` what one side has written since and is the same on both.

    `differing` holds source_hash and target_hash, NULL for a row that was not looked at.
    """
    target.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE settled ON COMMIT DROP AS"
            " SELECT {}, source_hash AS row_hash FROM pg_temp.differing WHERE false"
        ).format(places(scan.shape))
    )
    target.execute(
        sql.SQL(
            "INSERT INTO pg_temp.settled SELECT {keys}, {hash} FROM {table} t"
            " JOIN pg_temp.differing d ON {same} WHERE d.source_hash IS NOT NULL"
            " AND d.target_hash IS NULL AND NOT d.added"
        ).format(
            keys=placed(scan.shape),
            hash=row_hash(scan.shape, scan.scheme),
            table=scan.shape.only,
            same=same_key(scan.shape, "d"),
        )
    )
    only_target = sql.SQL("target_hash IS NOT NULL AND source_hash IS NULL AND NOT gone")
    for some in fetch_keys(target, scan.shape, only_target):
        stream(source, _hashes_of(scan, some), target, _into_settled(scan.shape))
    target.execute(
        sql.SQL(
            "DELETE FROM pg_temp.differing d USING pg_temp.settled s"
            " WHERE ({}) = ({}) AND s.row_hash = coalesce(d.source_hash, d.target_hash)"
        ).format(places(scan.shape, "d"), places(scan.shape, "s"))
    )


def _hashes_of(scan: Scan, keys: Sequence[tuple[Any, ...]]) -> sql.Composed:
    return sql.SQL("COPY (SELECT {}, {} FROM {}) TO STDOUT (FORMAT {})").format(
        column_list(scan.shape.key_columns, "t"),
        row_hash(scan.shape, scan.scheme),
        with_keys(scan.shape, keys),
        sql.SQL(scan.shape.key_format),
    )


def _into_settled(shape: TableShape) -> sql.Composed:
    return sql.SQL("COPY pg_temp.settled FROM STDIN (FORMAT {})").format(sql.SQL(shape.key_format))
