"""What was written since a moment before: by the transactions that rows carry.

Every row version holds the transaction that wrote it (xmin). A server's horizon at some moment is
its oldest transaction then running: whatever an earlier one wrote was visible, and a row written
since carries a transaction at or past the horizon. A row without one is, byte for byte, as it was.
Deleted rows leave no trace, so rows must be counted, or their keys compared, beside this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from redash_migration.database.session.data_session import Session

OLDEST_AGE = 1_000_000_000
"""A transaction's age is counted in 31 bits; a horizon half as old is not used any more."""


@dataclass(frozen=True, slots=True)
class Horizons:
    """Source and target at a moment when some rows were found equal; 64-bit transaction ids."""

    source: int
    target: int

    def to_json(self) -> dict[str, int]:
        """As kept in the record."""
        return {"source": self.source, "target": self.target}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Horizons:
        """The inverse of to_json()."""
        return cls(int(value["source"]), int(value["target"]))

    @property
    def turned(self) -> Horizons:
        """The same moment for the other direction."""
        return Horizons(self.target, self.source)


def read_horizon(session: Session) -> int:
    """The server's horizon now; within a repeatable read transaction, that of its snapshot."""
    row = session.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None  # noqa: S101 - always answers
    return int(row[0])


def usable(session: Session, horizon: int) -> bool:
    """Whether a horizon is of this server's recent past, so that ages can be compared with it."""
    row = session.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    return row is not None and 0 <= int(row[0]) - horizon < OLDEST_AGE


def written_since(horizon: int) -> sql.Composed:
    """SQL that is true for a row, named t, written at or past the horizon."""
    return sql.SQL("(age(t.xmin) <= age({}::text::xid))").format(sql.Literal(str(horizon % 2**32)))
