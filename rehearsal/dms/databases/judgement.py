"""Rows that differ between the sides: different for good, or only not there yet?

A row is judged only when every change that the source had made before it was read there has been
applied, and it has not changed since: so a lag never reads as a mismatch, and a mismatch never
hides behind a lag.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import psycopg

from rehearsal.dms.databases.comparison import Comparison, Rows, differing
from rehearsal.dms.databases.engine import Engine

_APPLY_SECONDS = 1.5
_JUDGED_AT_ONCE = 1000

Sides = tuple[psycopg.Connection, psycopg.Connection]
"""Source and target."""


@dataclass(slots=True)
class Judgement:
    """What became of some keys; those that are equal are in neither."""

    pending: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    """Key -> RECORD_DIFF, MISSING_SOURCE or MISSING_TARGET."""


class Judge:
    """Settles differences for one run; ``waited`` counts the seconds it waited for the apply."""

    def __init__(self, engine: Engine, ended: threading.Event) -> None:
        self._engine = engine
        self._ended = ended
        self.waited = 0.0

    def settle(self, sides: Sides, comparison: Comparison, keys: set[str]) -> Judgement:
        """Judge the rows with these keys."""
        found = Judgement()
        ordered = sorted(keys)
        for start in range(0, len(ordered), _JUDGED_AT_ONCE):
            some = ordered[start : start + _JUDGED_AT_ONCE]
            before = comparison.rows_of(sides[0], some)
            target = comparison.rows_of(sides[1], some)
            some = [key for key in some if before.get(key) != target.get(key)]
            if not some:
                continue
            if not self.applied():
                found.pending.update(some)
                continue
            target = comparison.rows_of(sides[1], some)
            after = comparison.rows_of(sides[0], some)
            for key in differing(after, target):
                if before.get(key) == after.get(key):
                    found.failed[key] = _kind(key, after, target)
                else:
                    found.pending.add(key)
        return found

    def count_differs(self, sides: Sides, comparison: Comparison) -> bool:
        """Whether a table that nobody is writing to has more rows on one side."""
        before = comparison.count(sides[0])
        if not self.applied():
            return False
        there = comparison.count(sides[1])
        return before != there and before == comparison.count(sides[0])

    def applied(self) -> bool:
        """Wait until what the source has written so far is applied; False when it takes long."""
        goal = self._engine.slot().current
        began = time.monotonic()
        applied = False
        while not applied and not self._ended.wait(0.1):
            applied = self._engine.slot().confirmed >= goal
            if time.monotonic() - began > _APPLY_SECONDS:
                break
        self.waited += time.monotonic() - began
        return applied


def _kind(key: str, source: Rows, target: Rows) -> str:
    if key not in source:
        return "MISSING_SOURCE"
    return "RECORD_DIFF" if key in target else "MISSING_TARGET"
