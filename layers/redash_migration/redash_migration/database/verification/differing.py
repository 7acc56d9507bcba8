"""From a range whose checksums differ down to the keys that differ.

Both servers sort their rows into buckets by a hash of the key and give count and checksum of each,
in one scan. Only the rows of a few buckets that differ are then listed and compared one by one.
Keys leave the servers, contents never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql

from redash_migration.database.data_session import Session
from redash_migration.database.key_range import KeyRange
from redash_migration.database.row_hash import Scheme, key_hash, row_hash
from redash_migration.database.shape import TableShape

MOST_KEYS = 20
ROWS_PER_BUCKET = 500
MOST_BUCKETS = 65_536

Kind = Literal["differs", "missing", "extra"]


@dataclass(frozen=True, slots=True)
class DifferingKey:
    """A row by its key: on both sides with other contents, missing on the target, or only there."""

    key: dict[str, str]
    kind: Kind

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "kind": self.kind}


def differing_keys(
    source: Session,
    target: Session,
    shape: TableShape,
    part: KeyRange,
    scheme: Scheme,
    rows: int,
    most: int = MOST_KEYS,
) -> list[DifferingKey]:
    """Up to `most` keys that differ; `rows` is about how many the range holds.

    Empty for a table without a primary key: its rows have no names.
    """
    if not shape.key:
        return []
    buckets = min(MOST_BUCKETS, max(16, rows // ROWS_PER_BUCKET))
    there, here = (_buckets(side, shape, part, scheme, buckets) for side in (source, target))
    odd = sorted(
        bucket for bucket in there.keys() | here.keys() if there.get(bucket) != here.get(bucket)
    )
    found: list[DifferingKey] = []
    for bucket in odd:
        found += _compare(
            *(_rows(side, shape, part, scheme, buckets, bucket) for side in (source, target)),
            shape.key,
        )
        if len(found) >= most:
            break
    return found[:most]


def _bucket(shape: TableShape, scheme: Scheme, buckets: int) -> sql.Composed:
    # The shift keeps the sign away: a negative remainder would double the buckets.
    return sql.SQL("((({} >> 1) & 9223372036854775807) % {})").format(
        key_hash(shape, scheme), sql.Literal(buckets)
    )


def _buckets(
    session: Session, shape: TableShape, part: KeyRange, scheme: Scheme, buckets: int
) -> dict[int, tuple[int, int]]:
    query = sql.SQL("SELECT {}, count(*), sum({}) FROM {} t WHERE {} GROUP BY 1").format(
        _bucket(shape, scheme, buckets),
        row_hash(shape, scheme),
        shape.identifier,
        part.condition(shape),
    )
    return {bucket: (count, int(total)) for bucket, count, total in session.execute(query)}


def _rows(
    session: Session,
    shape: TableShape,
    part: KeyRange,
    scheme: Scheme,
    buckets: int,
    bucket: int,
) -> dict[tuple[str, ...], int]:
    names = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier("t", name)) for name in shape.key
    )
    query = sql.SQL("SELECT {}, {} FROM {} t WHERE {} AND {} = {}").format(
        row_hash(shape, scheme),
        names,
        shape.identifier,
        part.condition(shape),
        _bucket(shape, scheme, buckets),
        sql.Literal(bucket),
    )
    return {tuple(key): hashed for hashed, *key in session.execute(query)}


def _compare(
    there: dict[tuple[str, ...], int], here: dict[tuple[str, ...], int], names: tuple[str, ...]
) -> list[DifferingKey]:
    found = []
    for key in sorted(there.keys() | here.keys()):
        if there.get(key) == here.get(key):
            continue
        kind: Kind = "missing" if key not in here else "extra" if key not in there else "differs"
        found.append(DifferingKey(dict(zip(names, key, strict=True)), kind))
    return found
