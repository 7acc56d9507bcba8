"""A first comparison before the freeze, so that the write pause only holds what changed since.

Most of Redash's bytes never change once written. Before the freeze the rows of a table are summed
up in buckets of neighbouring keys, on both sides, and the buckets that are equal are remembered
together with each server's oldest transaction then running (its horizon). Inside the pause a scan
that reads no value but the key asks of each bucket: how many rows, and was one of them written by
a transaction at or past the horizon? An inserted or updated row carries such a transaction (its
xmin), and a deleted one is missing from the count. A bucket with neither, on both sides, is as it
was when it was found equal; only the others are hashed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.horizon import Horizons, read_horizon, usable, written_since
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import row_hash
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import TableShape
from redash_migration.database.verification.checksum import MODULUS, Checksum

BUCKETS = 64
INTEGERS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}
"""Types whose keys can be cut evenly, each with its greatest value."""


@dataclass(frozen=True, slots=True)
class EqualBuckets:
    """What was found equal.

    `bounds` cut the key into buckets: bucket n holds keys from bounds[n - 1] up to bounds[n],
    bucket 0 those below, the last those above. `horizons` are those of both servers then.
    `checksums` maps a bucket to its checksum, the same on both sides.
    """

    bounds: tuple[int, ...]
    horizons: Horizons
    checksums: dict[int, Checksum]

    def to_json(self) -> dict[str, Any]:
        """As kept in the record."""
        return {
            "bounds": list(self.bounds),
            "horizons": self.horizons.to_json(),
            "equal": {str(n): [part.rows, str(part)] for n, part in self.checksums.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> EqualBuckets:
        """The inverse of to_json()."""
        return cls(
            tuple(value["bounds"]),
            Horizons.from_json(value["horizons"]),
            {int(n): Checksum(rows, int(total, 16)) for n, (rows, total) in value["equal"].items()},
        )


def compare_buckets(source: Session, target: Session, scan: Scan) -> EqualBuckets | None:
    """Sum up both sides in buckets at the same time; None without a single integer key."""
    shape = scan.shape
    if len(shape.key) != 1 or shape.key_columns[0].builtin not in INTEGERS:
        return None
    bounds = _bounds(source, shape, scan.part)
    with ThreadPoolExecutor(2) as pool:
        there = pool.submit(_sum_up, source, scan, bounds)
        here = pool.submit(_sum_up, target, scan, bounds)
        source_horizon, theirs = there.result()
        target_horizon, ours = here.result()
    equal = {n: part for n, part in theirs.items() if ours.get(n) == part}
    return EqualBuckets(bounds, Horizons(source_horizon, target_horizon), equal)


def unchanged(
    source: Session, target: Session, scan: Scan, equal: EqualBuckets
) -> dict[int, Checksum]:
    """The buckets that are still what they were when they were found equal."""
    with ThreadPoolExecutor(2) as pool:
        sides = [
            pool.submit(_counts, session, scan, equal.bounds, horizon)
            for session, horizon in (
                (source, equal.horizons.source),
                (target, equal.horizons.target),
            )
        ]
        there, here = (side.result() for side in sides)
    return {
        n: part
        for n, part in equal.checksums.items()
        if there.get(n) == (part.rows, False) and here.get(n) == (part.rows, False)
    }


def remaining(part: KeyRange, equal: EqualBuckets, kept: Mapping[int, Checksum]) -> list[KeyRange]:
    """The ranges outside the buckets kept, neighbours joined."""
    ranges: list[KeyRange] = []
    edges = [part.lower, *((str(bound),) for bound in equal.bounds), part.upper]
    for n in range(len(equal.bounds) + 1):
        if n in kept:
            continue
        lower, upper = edges[n], edges[n + 1]
        if ranges and ranges[-1].upper == lower and lower is not None:
            ranges[-1] = KeyRange(ranges[-1].lower, upper)
        else:
            ranges.append(KeyRange(lower, upper))
    return ranges


def _bounds(session: Session, shape: TableShape, part: KeyRange) -> tuple[int, ...]:
    """Keys that cut a range evenly, and one past its highest, for what comes in later: unless the
    type has none."""
    key = sql.Identifier("t", shape.key[0])
    row = session.execute(
        sql.SQL("SELECT min({0}), max({0}) FROM {1} t WHERE {2}").format(
            key, shape.only, part.condition(shape)
        )
    ).fetchone()
    if row is None or row[0] is None:
        return ()
    low, high = int(row[0]), int(row[1])
    cuts = (low + (high + 1 - low) * n // BUCKETS for n in range(1, BUCKETS + 1))
    past = min(high + 1, INTEGERS[shape.key_columns[0].builtin])
    return tuple(sorted({cut for cut in cuts if low < cut <= past}))


def _bucket(shape: TableShape, bounds: tuple[int, ...]) -> sql.Composable:
    if not bounds:
        return sql.SQL("0")
    return sql.SQL("width_bucket({}::bigint, {}::bigint[])").format(
        sql.Identifier("t", shape.key[0]), sql.Literal(list(bounds))
    )


def _sum_up(
    session: Session, scan: Scan, bounds: tuple[int, ...]
) -> tuple[int, dict[int, Checksum]]:
    """The horizon and every bucket's checksum, of one snapshot."""
    query = sql.SQL("SELECT {}, count(*), sum({}) FROM {} t WHERE {} GROUP BY 1").format(
        _bucket(scan.shape, bounds),
        row_hash(scan.shape, scan.scheme),
        scan.shape.only,
        scan.part.condition(scan.shape),
    )
    with session.transaction():
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        horizon = read_horizon(session)
        sums = session.execute(query).fetchall()
    return horizon, {n: Checksum(rows, int(total) % MODULUS) for n, rows, total in sums}


def _counts(
    session: Session, scan: Scan, bounds: tuple[int, ...], horizon: int
) -> dict[int, tuple[int, bool]]:
    """Every bucket's rows, and whether one was written at or past the horizon; empty when the
    horizon lies too far back to be compared."""
    with session.transaction():
        if not usable(session, horizon):
            return {}
        query = sql.SQL("SELECT {}, count(*), bool_or({}) FROM {} t WHERE {} GROUP BY 1").format(
            _bucket(scan.shape, bounds),
            written_since(horizon),
            scan.shape.only,
            scan.part.condition(scan.shape),
        )
        return {n: (rows, changed) for n, rows, changed in session.execute(query)}
