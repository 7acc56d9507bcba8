"""Data validation of a running task: every row once, then what has changed since.

AWS DMS User Guide, "AWS DMS data validation".
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

from rehearsal.dms.databases import control_tables
from rehearsal.dms.databases.catalog import Table, read_tables
from rehearsal.dms.databases.comparison import (
    Comparison,
    change_counters,
    differing,
    horizon,
    pinned,
)
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.databases.judgement import Judge, Judgement, Sides
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.statistics import COMPLETED, TableStatistics
from rehearsal.dms.task.task import ReplicationTask

log = logging.getLogger(__name__)

_ROUND_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0

Answer = TypeVar("Answer")


class Validator:
    """Compares the tables of one run, in a thread of its own, until it is stopped."""

    def __init__(self, task: ReplicationTask, engine: Engine) -> None:
        self._task = task
        self._engine = engine
        self._ended = threading.Event()
        self._judge = Judge(engine, self._ended)
        self._since: dict[TableName, tuple[str, str]] = {}
        self._pending: dict[TableName, set[str]] = {}
        self._seen: dict[TableName, tuple[int, int, str]] = {}
        self._noted: set[tuple[TableName, str, str]] = set()
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
            began, self._judge.waited = time.monotonic(), 0.0
            try:
                self._round()
            except psycopg.OperationalError as error:
                log.info("validation of %s waits: %s", self._task.identifier, error)
            # However large the tables are, most of the time is the application's.
            spent = time.monotonic() - began - self._judge.waited
            pause = min(max(_ROUND_SECONDS, 3 * spent), _LONGEST_PAUSE_SECONDS)

    def _round(self) -> None:
        with self._task.lock:
            complete = [table for table in self._task.tables.values() if table.state == COMPLETED]
        with pinned(self._engine.source) as source, pinned(self._engine.target) as target:
            self._sides = (source, target)
            tables = read_tables(source, [table.name for table in complete])
            changes = change_counters(source)
            for found in complete:
                if self._ended.is_set():
                    return
                table = tables.get(found.name)
                if table is None or not table.key:
                    found.validation = "No primary key"
                    continue
                before = (changes.get(table.name, 0), found.changes)
                # Nothing to do when neither side has changed and no row is pending.
                if self._seen.get(table.name) != (*before, found.validation) or found.pending:
                    self._one((source, target), table, found)
                    self._seen[table.name] = (*before, found.validation)

    def _one(self, sides: Sides, table: Table, found: TableStatistics) -> None:
        skip = bool(self._task.settings.document["ValidationSettings"]["SkipLobColumns"])
        comparison = Comparison(table, skip)
        try:
            if found.validation == "Pending validation":
                found.validation = "Preparing table"
                self._since.pop(table.name, None)
            if table.name not in self._since:
                self._everything(sides, comparison, found)
            else:
                self._changes(sides, comparison, found)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            found.validation = "Error"
            found.validation_details = " ".join(str(error).split())

    def _everything(self, sides: Sides, comparison: Comparison, found: TableStatistics) -> None:
        since = self._both(sides, horizon)
        ours, theirs = self._both(sides, comparison.buckets)
        unequal = [b for b in ours.keys() | theirs.keys() if ours.get(b) != theirs.get(b)]
        keys: set[str] = set()
        if unequal:
            source, target = self._both(sides, lambda side: comparison.rows_in(side, unequal))
            keys = set(differing(source, target))
        judgement = self._judge.settle(sides, comparison, keys)
        found.failed = 0
        self._conclude(found, judgement, since)

    def _changes(self, sides: Sides, comparison: Comparison, found: TableStatistics) -> None:
        xids = self._since[found.name]
        since = self._both(sides, horizon)
        source = comparison.rows_since(sides[0], xids[0])
        target = comparison.rows_since(sides[1], xids[1])
        # A row may be new on one side only by transaction, and the same all along.
        keys = set(differing(source, target)) | self._pending.get(found.name, set())
        if not keys and self._judge.count_differs(sides, comparison):
            self._everything(sides, comparison, found)
            return
        self._conclude(found, self._judge.settle(sides, comparison, keys), since)

    def _conclude(
        self, found: TableStatistics, judgement: Judgement, since: tuple[str, str]
    ) -> None:
        self._put_down(found.name, judgement)
        self._since[found.name] = since
        self._pending[found.name] = judgement.pending
        with self._task.lock:
            found.pending = len(judgement.pending)
            found.failed += len(judgement.failed)
            if found.failed:
                found.validation = "Mismatched records"
            else:
                found.validation = "Pending records" if found.pending else "Validated"

    def _put_down(self, table: TableName, judgement: Judgement) -> None:
        new = {(table, key, kind) for key, kind in judgement.failed.items()} - self._noted
        if not new:
            return
        schema, task = self._task.settings.control_schema, self._task.resource
        with self._engine.target.connect() as connection:
            for name, key, kind in sorted(new):
                control_tables.add_validation_failure(
                    connection, schema, task, name, key=key, kind=kind
                )
        self._noted |= new

    def _both(
        self, sides: Sides, question: Callable[[psycopg.Connection], Answer]
    ) -> tuple[Answer, Answer]:
        """Ask both sides at once."""
        first, second = (self._pool.submit(question, side) for side in sides)
        return first.result(), second.result()
