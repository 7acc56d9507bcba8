"""Looks at a running task's databases again and again, and says when the run must end."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from rehearsal.dms.databases.catalog import read_tables
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.databases.holding import Hold
from rehearsal.dms.databases.oddities import alter_what_dms_alters
from rehearsal.dms.databases.target_tables import prepare_tables
from rehearsal.dms.metrics import Metrics
from rehearsal.dms.run.beginning import sound_slot
from rehearsal.dms.run.disturbance import Disturbance
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.run.lateness import Lateness
from rehearsal.dms.run.mending import Mending
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.progress import Progress, look
from rehearsal.dms.task.statistics import NOT_CARRIED
from rehearsal.dms.task.task import ReplicationTask

_SLOT_SECONDS = 1.0


class Follower:
    """One run's view of its subscription and slot."""

    def __init__(
        self,
        task: ReplicationTask,
        engine: Engine,
        disturbance: Disturbance,
        *,
        mending: Mending,
        metrics: Metrics,
        heartbeat_seconds: float | None,
    ) -> None:
        self._task = task
        self._engine = engine
        self._disturbance = disturbance
        self._mending = mending
        self._metrics = metrics
        self._heartbeat_seconds = heartbeat_seconds
        self._connection: psycopg.Connection | None = None
        self._caught_up_at: int | None = None
        self._slot_seen = self._beaten = time.monotonic()
        self._hold = Hold(engine.target)
        self._lateness = Lateness(engine)

    def close(self) -> None:
        """Let the databases go."""
        self._hold.release()
        self.hurry()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def hurry(self) -> None:
        """Let what is on its way arrive: the run comes to its end."""
        self._lateness.release()

    def look(self) -> str:
        """Take in what the databases show; the reason to stop, or empty to go on.

        Raises TaskFailure, and psycopg.OperationalError when a database can't be reached.
        """
        text = self._disturbance.take_failure()
        if text is not None:
            raise TaskFailure(text)
        if self._disturbance.apply_paused.is_set():
            self._hold.take(self._carried())
        else:
            self._hold.release()
        progress = self.count()
        if not progress.enabled:
            sound_slot(self._engine)
            self._mending.mend(progress, self._carried())
            return ""
        self._mending.watch(progress)
        if self._task.full_load_done:
            self._lateness.look(self._carried())
        reason = "" if self._task.full_load_done else self._full_load(progress)
        if reason:
            return reason
        now = time.monotonic()
        if now - self._slot_seen >= _SLOT_SECONDS:
            self._metrics.take(sound_slot(self._engine), progress)
            self._beat(now)
            self._slot_seen = now
        return ""

    def count(self) -> Progress:
        """Take the target's counters into the table statistics."""
        progress = self._progress()
        with self._task.lock:
            for name, table in progress.tables.items():
                self._task.tables[name].follow(table)
            recounts = [t for t in self._task.tables.values() if t.interrupted and t.ended]
        for found in recounts:
            found.recount(self._rows(found.name))
        return progress

    def _rows(self, name: TableName) -> int:
        with self._engine.target.connect() as connection:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*name))
            ).fetchone()
        return int(row[0]) if row else 0

    def reload(self, names: list[TableName], option: str) -> None:
        """ReloadTables: carry the tables from the beginning again, or only compare them again.

        Under DO_NOTHING the rows on the target stay: whoever reloads has emptied the table.
        """
        if option == "data-reload":
            engine, settings = self._engine, self._task.settings
            with engine.source.connect() as connection:
                tables = list(read_tables(connection, names).values())
            for table in tables:
                engine.leave_out(table.name)
            engine.refresh(copy_data=False)
            with engine.target.connect() as connection:
                if settings.prep_mode != "DO_NOTHING":
                    prepare_tables(connection, "TRUNCATE_BEFORE_LOAD", tables)
                base = look(connection, engine.names.subscription, frozenset(names))
            for table in tables:
                engine.take_in(table)
            with self._task.lock:
                for table in tables:
                    self._task.tables[table.name].begin(base.tables.get(table.name), reloaded=True)
            engine.refresh(copy_data=True)
        if self._task.settings.validation:
            with self._task.lock:
                for name in names:
                    self._task.tables[name].validation = "Pending validation"
                    self._task.tables[name].failed = self._task.tables[name].pending = 0

    def _carried(self) -> frozenset[TableName]:
        return frozenset(
            name for name, table in self._task.tables.items() if table.state not in NOT_CARRIED
        )

    def _progress(self) -> Progress:
        if self._connection is None or self._connection.closed:
            self._connection = self._engine.target.connect()
        try:
            return look(self._connection, self._engine.names.subscription, self._carried())
        except psycopg.OperationalError:
            self.close()
            raise

    def _full_load(self, progress: Progress) -> str:
        settings = self._task.settings
        carried = self._carried()
        loaded = all(
            name in progress.tables and progress.tables[name].state in {"s", "r"}
            for name in carried
        )
        if loaded and settings.stop_before_cached_changes:
            self._finish_full_load()
            return "STOPPED_AFTER_FULL_LOAD"
        if not progress.all_ready(carried):
            return ""
        if not self._task.captures_changes:
            self._finish_full_load()
            return "FULL_LOAD_ONLY_FINISHED"
        if self._caught_up_at is None:
            self._caught_up_at = sound_slot(self._engine).current
            self._engine.beat()
        if sound_slot(self._engine).confirmed < self._caught_up_at:
            return ""
        self._finish_full_load()
        return "STOPPED_AFTER_CACHED_EVENTS" if settings.stop_after_cached_changes else ""

    def _finish_full_load(self) -> None:
        with self._engine.target.connect() as connection:
            alter_what_dms_alters(connection, sorted(self._carried()))
        with self._task.lock:
            self._task.full_load_done = True
            self._task.dates.full_load_finish = datetime.now(UTC)

    def _beat(self, now: float) -> None:
        """HeartbeatEnable and HeartbeatFrequency of the source endpoint."""
        seconds = self._heartbeat_seconds
        if seconds is not None and now - self._beaten >= seconds:
            self._beaten = now
            self._engine.beat()
