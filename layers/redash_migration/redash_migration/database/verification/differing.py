"""From a range whose checksums differ down to the keys that differ.

Both servers sort their rows into buckets by a hash of the key and give count and checksum of each,
in one scan. Only the rows of a few buckets that differ are then listed and compared one by one.
Keys leave the servers, as far as they may be told (naming.py); contents never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.naming import named
from redash_migration.database.tables.row_hash import key_hash, row_hash
from redash_migration.database.tables.scan import Scan

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
        """As it stands in the report."""
        return {"key": self.key, "kind": self.kind}


def differing_keys(source: Session, target: Session, scan: Scan, rows: int) -> list[DifferingKey]:
    """Up to MOST_KEYS keys that differ; `rows` is about how many the range holds.

    Empty for a table without a primary key: its rows have no names.
    """
    if not scan.shape.key:
        return []
    buckets = min(MOST_BUCKETS, max(16, rows // ROWS_PER_BUCKET))
    there, here = _buckets(source, scan, buckets), _buckets(target, scan, buckets)
    odd = sorted(
        bucket for bucket in there.keys() | here.keys() if there.get(bucket) != here.get(bucket)
    )[:MOST_KEYS]
    return _compare(
        _rows(source, scan, buckets, odd), _rows(target, scan, buckets, odd), scan.shape.key
    )[:MOST_KEYS]


def _bucket(scan: Scan, buckets: int) -> sql.Composed:
    # The sign is masked away: a negative remainder would double the buckets.
    return sql.SQL("((({} >> 1) & 9223372036854775807) % {})").format(
        key_hash(scan.shape, scan.scheme), sql.Literal(buckets)
    )


def _buckets(session: Session, scan: Scan, buckets: int) -> dict[int, tuple[int, int]]:
    query = sql.SQL("SELECT {}, count(*), sum({}) FROM {} t WHERE {} GROUP BY 1").format(
        _bucket(scan, buckets),
        row_hash(scan.shape, scan.scheme),
        scan.shape.only,
        scan.part.condition(scan.shape),
    )
    return {bucket: (count, int(total)) for bucket, count, total in session.execute(query)}


def _rows(
    session: Session, scan: Scan, buckets: int, chosen: list[int]
) -> dict[tuple[str, ...], int]:
    names = sql.SQL(", ").join(named(sql.Identifier("t", name)) for name in scan.shape.key)
    query = sql.SQL("SELECT {}, {} FROM {} t WHERE {} AND {} = ANY ({}::bigint[])").format(
        row_hash(scan.shape, scan.scheme),
        names,
        scan.shape.only,
        scan.part.condition(scan.shape),
        _bucket(scan, buckets),
        sql.Literal(chosen),
    )
    return {tuple(key): hashed for hashed, *key in session.execute(query)}


def _compare(
    there: dict[tuple[str, ...], int], here: dict[tuple[str, ...], int], names: tuple[str, ...]
) -> list[DifferingKey]:
    found = []
    for key in sorted(there.keys() | here.keys(), key=_natural):
        if there.get(key) == here.get(key):
            continue
        kind: Kind = "missing" if key not in here else "extra" if key not in there else "differs"
        found.append(DifferingKey(dict(zip(names, key, strict=True)), kind))
    return found


def _natural(key: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Numbers in their order: 9 before 10."""
    return tuple((len(value) if value.isdecimal() else 0, value) for value in key)
