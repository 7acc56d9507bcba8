"""Count and order-independent checksum of a range of a table, computed inside a server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.key_range import KeyRange, KeyRanges
from redash_migration.database.tables.row_hash import Scheme, row_hash
from redash_migration.database.tables.shape import TableShape

MODULUS = 2**64


@dataclass(frozen=True, slots=True)
class Checksum:
    """Rows counted, and the sum of their hashes modulo 2^64: those of parts add up to the whole."""

    rows: int
    total: int

    def __str__(self) -> str:
        return f"{self.total:016x}"


def together(parts: Iterable[Checksum]) -> Checksum:
    """The checksum of ranges that don't overlap, taken as one."""
    rows = total = 0
    for part in parts:
        rows += part.rows
        total += part.total
    return Checksum(rows, total % MODULUS)


def checksum(
    session: Session, shape: TableShape, part: KeyRange | KeyRanges, scheme: Scheme
) -> Checksum:
    """One scan. The session's settings must be pinned (data_session)."""
    query = sql.SQL("SELECT count(*), coalesce(sum({}), 0) FROM {} t WHERE {}").format(
        row_hash(shape, scheme), shape.only, part.condition(shape)
    )
    row = session.execute(query).fetchone()
    assert row is not None  # noqa: S101 - aggregates always answer
    return Checksum(int(row[0]), int(row[1]) % MODULUS)
