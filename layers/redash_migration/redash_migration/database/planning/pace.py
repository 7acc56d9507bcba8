"""How fast a piece of work is assumed to go, and how long one may take.

The paces are what the slowest setting we mean to support gives, well below what was measured
(docs/performance.md): a piece that is planned too small only costs an invocation.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """`bytes_per_second` of values uncompressed; `aim` and `limit` are seconds for one piece."""

    bytes_per_second: float
    aim: float
    limit: float

    @property
    def piece_bytes(self) -> int:
        """What is done in the time aimed at."""
        return int(self.bytes_per_second * self.aim)

    @property
    def most_bytes(self) -> int:
        """What a piece may hold at most."""
        return int(self.bytes_per_second * self.limit)


COPY = Pace(bytes_per_second=25 * MEGABYTE, aim=300, limit=720)
COMPARE = Pace(bytes_per_second=60 * MEGABYTE, aim=30, limit=720)

MOST_PIECES = 270
"""Pieces of one Map state: each takes some seven events of the 25,000 in an execution's history,
and about 200 of the 262,144 bytes of a state's output (Step Functions quotas). Six such states of a
migration and its return share a history with its waits (tests/machine/test_machine_waits.py)."""
