"""Data validation of a running task: every row once, then what has changed since.

AWS DMS User Guide, "AWS DMS data validation". A row that differs is judged only when every change
that the source had made before it was read there has been applied, and it has not changed since:
so a lag never reads as a mismatch, and a mismatch never hides behind a lag.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import psycopg

from rehearsal.dms import control_tables
from rehearsal.dms.catalog import Table, read_tables
from rehearsal.dms.comparison import Comparison, Rows, change_counters, differing, horizon, pinned
from rehearsal.dms.engine import Engine
from rehearsal.dms.mappings import TableName
from rehearsal.dms.statistics import COMPLETED, TableStatistics
from rehearsal.dms.task import ReplicationTask

log = logging.getLogger(__name__)

_ROUND_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0
_APPLY_SECONDS = 1.5
_JUDGED_AT_ONCE = 1000

Answer = TypeVar("Answer")
Sides = tuple[psycopg.Connection, psycopg.Connection]


class Validator:
    """Compares the tables of one run, in a thread of its own, until it is stopped."""

    def __init__(self, task: ReplicationTask, engine: Engine) -> None:
        self._task = task
        self._engine = engine
        self._ended = threading.Event()
        self._waited = 0.0
        self._since: dict[TableName, tuple[str, str]] = {}
        self._pending: dict[TableName, set[str]] = {}
        self._seen: dict[TableName, tuple[int, int, str]] = {}
        self._sides: tuple[psycopg.Connection, ...] = ()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="dms-validation")
        self._thread = threading.Thread(target=self._run, name="dms-validation", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End now; a comparison under way is cancelled."""
        self._ended.set()
        for side in self._sides:
            with suppress(psycopg.Error):
                side.cancel()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        pause = _ROUND_SECONDS
        while not self._ended.wait(pause):
            if not self._task.full_load_done:
                continue
            began, self._waited = time.monotonic(), 0.0
            try:
                self._round()
            except psycopg.OperationalError as error:
                log.info("validation of %s waits: %s", self._task.identifier, error)
            # However large the tables are, most of the time is the application's.
            spent = time.monotonic() - began - self._waited
            pause = min(max(_ROUND_SECONDS, 3 * spent), _LONGEST_PAUSE_SECONDS)

    def _round(self) -> None:
        with self._task.lock:
            due = [table for table in self._task.tables.values() if table.state == COMPLETED]
        with pinned(self._engine.source) as source, pinned(self._engine.target) as target:
            self._sides = (source, target)
            tables = read_tables(source, [table.name for table in due])
            changes = change_counters(source)
            for statistics in due:
                if self._ended.is_set():
                    return
                table = tables.get(statistics.name)
                if table is None or not table.key:
                    statistics.validation = "No primary key"
                elif self._due(statistics, changes.get(table.name, 0)):
                    self._one((source, target), table, statistics)

    def _due(self, statistics: TableStatistics, changes_on_source: int) -> bool:
        """Whether either side has changed, or rows are pending, since the last comparison."""
        name = statistics.name
        seen = (changes_on_source, statistics.changes, statistics.validation)
        if seen == self._seen.get(name) and not self._pending.get(name):
            return False
        self._seen[name] = (changes_on_source, statistics.changes, "Validated")
        return True

    def _one(self, sides: Sides, table: Table, statistics: TableStatistics) -> None:
        skip = bool(self._task.settings.document["ValidationSettings"]["SkipLobColumns"])
        comparison = Comparison(table, skip)
        try:
            if statistics.validation == "Pending validation":
                statistics.validation = "Preparing table"
                self._pending.pop(table.name, None)
                self._since.pop(table.name, None)
            if table.name not in self._since:
                self._everything(sides, comparison, statistics)
            else:
                self._changes(sides, comparison, statistics)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            statistics.validation = "Error"
            statistics.validation_details = " ".join(str(error).split())

    def _everything(self, sides: Sides, comparison: Comparison, found: TableStatistics) -> None:
        found.failed = 0
        since = self._both(sides, horizon)
        ours, theirs = self._both(sides, comparison.buckets)
        unequal = [b for b in ours.keys() | theirs.keys() if ours.get(b) != theirs.get(b)]
        keys: set[str] = set()
        if unequal:
            source, target = self._both(sides, lambda side: comparison.rows_in(side, unequal))
            keys = set(differing(source, target))
        self._since[comparison.table.name] = since
        self._judge(sides, comparison, found, keys)

    def _changes(self, sides: Sides, comparison: Comparison, found: TableStatistics) -> None:
        name = comparison.table.name
        xids = self._since[name]
        since = self._both(sides, horizon)
        source = comparison.rows_since(sides[0], xids[0])
        target = comparison.rows_since(sides[1], xids[1])
        self._since[name] = since
        # A row may be new on one side only by transaction, and the same all along.
        keys = set(differing(source, target)) | self._pending.get(name, set())
        if not keys and self._count_differs(sides, comparison):
            self._everything(sides, comparison, found)
            return
        self._judge(sides, comparison, found, keys)

    def _count_differs(self, sides: Sides, comparison: Comparison) -> bool:
        before = comparison.count(sides[0])
        if not self._applied():
            return False
        there = comparison.count(sides[1])
        return before != there and before == comparison.count(sides[0])

    def _judge(
        self, sides: Sides, comparison: Comparison, found: TableStatistics, keys: set[str]
    ) -> None:
        """Settle these keys: equal, different for good, or still pending."""
        pending: set[str] = set()
        failed: dict[str, str] = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), _JUDGED_AT_ONCE):
            some = ordered[start : start + _JUDGED_AT_ONCE]
            before = comparison.rows_of(sides[0], some)
            target = comparison.rows_of(sides[1], some)
            some = [key for key in some if before.get(key) != target.get(key)]
            if not some:
                continue
            if not self._applied():
                pending.update(some)
                continue
            target = comparison.rows_of(sides[1], some)
            after = comparison.rows_of(sides[0], some)
            for key in differing(_only(after, some), _only(target, some)):
                if before.get(key) == after.get(key):
                    failed[key] = _kind(key, after, target)
                else:
                    pending.add(key)
        self._pending[comparison.table.name] = pending
        self._conclude(found, len(pending), failed)

    def _conclude(self, found: TableStatistics, pending: int, failed: dict[str, str]) -> None:
        with self._task.lock:
            found.pending = pending
            if failed:
                found.failed += len(failed)
            if found.failed:
                found.validation = "Mismatched records"
            else:
                found.validation = "Pending records" if pending else "Validated"
        if failed:
            with self._engine.target.connect() as connection:
                for key, kind in failed.items():
                    control_tables.add_validation_failure(
                        connection,
                        self._task.settings.control_schema,
                        self._task.resource,
                        found.name,
                        key=key,
                        kind=kind,
                    )

    def _applied(self) -> bool:
        """Wait until what the source has written so far is applied; False when it takes long."""
        goal = self._engine.slot().current
        began = time.monotonic()
        applied = False
        while not applied and not self._ended.wait(0.1):
            applied = self._engine.slot().confirmed >= goal
            if time.monotonic() - began > _APPLY_SECONDS:
                break
        self._waited += time.monotonic() - began
        return applied

    def _both(
        self, sides: Sides, question: Callable[[psycopg.Connection], Answer]
    ) -> tuple[Answer, Answer]:
        """Ask both sides at once."""
        first, second = (self._pool.submit(question, side) for side in sides)
        return first.result(), second.result()


def _only(rows: Rows, keys: list[str]) -> Rows:
    return {key: rows[key] for key in keys if key in rows}


def _kind(key: str, source: Rows, target: Rows) -> str:
    if key not in source:
        return "MISSING_SOURCE"
    return "RECORD_DIFF" if key in target else "MISSING_TARGET"
