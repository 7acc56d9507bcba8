"""Only the differences since an earlier copy, found by the rows' hashes on both servers.

Redash changes rows without touching updated_at, so nothing in a row says that it has changed; its
hash does. The differing keys are worked out on the target, their rows fetched from the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from redash_migration.database.copying.differences.hashes import gather_hashes
from redash_migration.database.copying.differences.keys import (
    fetch_keys,
    places,
    same_key,
    with_keys,
)
from redash_migration.database.copying.differences.settling import settle_one_sided
from redash_migration.database.copying.stream import stream
from redash_migration.database.copying.whole import column_list, copy_in
from redash_migration.database.session.data_session import Session, set_locally
from redash_migration.database.tables.horizon import Horizons, usable
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import TableShape

PENDING_LIST_KILOBYTES = 64 * 1024
"""How much a GIN index may put off while the differences are written; the next vacuum, or the
next writer, files it. Searches read what is pending too."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How many rows of the source the target lacks, has in another form, or has too many."""

    rows: int
    added: int
    changed: int
    gone: int

    @property
    def written(self) -> int:
        """Rows that the target was given."""
        return self.added + self.changed


def find_differences(
    source: Session, target: Session, scan: Scan, since: Horizons | None = None
) -> Differences:
    """Leave the differing keys in the temporary table `differing` on the target, and count them.

    With `since`, when both sides were found equal, a row that was written on neither side since
    is not looked at again. Works within the caller's transaction on the target; `rows` counts the
    source's.
    """
    if since is not None and not (usable(source, since.source) and usable(target, since.target)):
        since = None
    gather_hashes(source, target, scan, since)
    # The hash of a row that wasn't written since is NULL on both sides, and so not distinct.
    target.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE differing ON COMMIT DROP AS"
            " SELECT {keys}, s.ctid IS NULL AS gone, t.ctid IS NULL AS added,"
            " s.row_hash AS source_hash, t.row_hash AS target_hash"
            " FROM pg_temp.source_hash s FULL JOIN pg_temp.target_hash t USING ({keys})"
            " WHERE s.ctid IS NULL OR t.ctid IS NULL OR s.row_hash IS DISTINCT FROM t.row_hash"
        ).format(keys=places(scan.shape))
    )
    if since is not None:
        settle_one_sided(source, target, scan)
    row = target.execute(
        "SELECT (SELECT count(*) FROM pg_temp.source_hash),"
        " count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added AND NOT gone),"
        " count(*) FILTER (WHERE gone) FROM pg_temp.differing"
    ).fetchone()
    assert row is not None  # noqa: S101 - aggregates always answer
    return Differences(*row)


def carry_differences(source: Session, target: Session, shape: TableShape) -> int:
    """Make the target's rows those of the source; returns the bytes carried.

    Differing rows are deleted and come in anew, so that rows may exchange unique values; foreign
    keys are silent meanwhile.
    """
    set_locally(target, "gin_pending_list_limit", str(PENDING_LIST_KILOBYTES))
    delete_differing(target, shape)
    return _fetch(source, target, shape, copy_in(shape))


def delete_differing(target: Session, shape: TableShape) -> None:
    """Delete the rows that find_differences() found changed or gone."""
    target.execute(
        sql.SQL("DELETE FROM {} t USING pg_temp.differing d WHERE {}").format(
            shape.only, same_key(shape, "d")
        )
    )


def _fetch(source: Session, target: Session, shape: TableShape, into: sql.Composed) -> int:
    """Bring the added and changed rows from the source, some thousand keys at a time."""
    return sum(
        stream(source, _rows_of(shape, keys), target, into).bytes
        for keys in fetch_keys(target, shape, sql.SQL("NOT gone"))
    )


def _rows_of(shape: TableShape, keys: Sequence[tuple[Any, ...]]) -> sql.Composed:
    return sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT {})").format(
        column_list(shape.written_columns, "t"),
        with_keys(shape, keys),
        sql.SQL(shape.copy_format),
    )
