"""What follows when the subscription's workers stopped on an error.

A broken connection and a bad row look alike in the catalog: a disabled subscription. So it is
enabled again a few times; what goes on failing without moving forward is an error of the data,
and goes by the task's error policies (AWS DMS User Guide, "Error handling task settings").
"""

from __future__ import annotations

import time
from contextlib import suppress

import psycopg

from rehearsal.dms.databases import control_tables
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.server_log import ServerLog, WorkerError
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.progress import Progress, WorkerErrors
from rehearsal.dms.task.task import ReplicationTask

_ATTEMPTS = 3


class Mending:
    """Decides, for one run, between trying again, leaving a table out, and failing."""

    def __init__(self, task: ReplicationTask, engine: Engine, log: ServerLog) -> None:
        self._task = task
        self._engine = engine
        self._log = log
        self._confirmed = -1
        self._attempts = 0
        self._seen: WorkerErrors | None = None

    def mend(self, progress: Progress, carried: frozenset[TableName]) -> None:
        """Bring a disabled subscription back, or raise TaskFailure."""
        slot = self._engine.slot()
        if slot.confirmed != self._confirmed:
            self._confirmed, self._attempts = slot.confirmed, 0
        self._attempts += 1
        error = self._log.last_error()
        if self._attempts <= _ATTEMPTS and not (error and error.of_data):
            with self._task.lock:
                for table in self._task.tables.values():
                    table.interrupt()
            time.sleep(0.2 * self._attempts)
            self._engine.enable()
            return
        loading = [n for n in sorted(carried) if n in progress.tables]
        loading = [n for n in loading if progress.tables[n].state in {"i", "d"}]
        if error is None:
            error = _unexplained(progress, self._seen, copying=bool(loading))
        if error.copying and loading:
            self._copy_failed(error, loading, progress)
        else:
            self._apply_failed(error)
        self._attempts = 0

    def watch(self, progress: Progress) -> None:
        """Changes that found no row (PostgreSQL 18 counts them; older ones only log)."""
        seen, self._seen = self._seen, progress.errors
        if seen is None:
            return
        for setting, verb, before, now in (
            ("ApplyErrorUpdatePolicy", "UPDATE", seen.update_missing, self._seen.update_missing),
            ("ApplyErrorDeletePolicy", "DELETE", seen.delete_missing, self._seen.delete_missing),
        ):
            policy = self._task.settings.policy(setting)
            if now > before and policy != "IGNORE_RECORD":
                text = f"{now - before} rows: zero rows affected by {verb}"
                self._note(("", ""), verb, text)
                if policy == "STOP_TASK":
                    raise TaskFailure(f"Task stopped by {setting}: {text}.")

    def _copy_failed(
        self, error: WorkerError, loading: list[TableName], progress: Progress
    ) -> None:
        named = [name for name in loading if name[1] == error.table]
        filled = [n for n in loading if progress.tables[n].state == "d"]
        suspects = named or filled or loading
        with self._task.lock:
            for name in suspects:
                self._task.tables[name].fail(error.message)
                self._task.tables[name].full_load_errors = max(1, error.rows)
        listed = ", ".join(".".join(name) for name in suspects)
        if self._task.settings.policy("TableErrorPolicy") == "STOP_TASK":
            raise TaskFailure(f"Task stopped by its table error policy: {listed}: {error.message}.")
        self._suspend(suspects, error.message)

    def _apply_failed(self, error: WorkerError) -> None:
        setting = "ApplyErrorInsertPolicy"
        if error.verb in {"UPDATE", "DELETE"}:
            setting = f"ApplyError{error.verb.capitalize()}Policy"
        policy = self._task.settings.policy(setting)
        tables = [name for name in self._task.tables if name[1] == error.table]
        self._note(tables[0] if tables else ("", error.table), error.verb, error.message)
        if policy == "SUSPEND_TABLE" and tables:
            self._suspend(tables, error.message)
        elif policy in {"LOG_ERROR", "IGNORE_RECORD"} and error.lsn:
            self._engine.skip(error.lsn)
            self._engine.enable()
        else:
            raise TaskFailure(f"Task stopped by {setting}: {error.message}.")

    def _leave_out(self, tables: list[TableName]) -> None:
        for name in tables:
            self._engine.leave_out(name)
        self._engine.enable()
        self._engine.refresh(copy_data=False)

    def _suspend(self, tables: list[TableName], reason: str) -> None:
        with self._task.lock:
            for name in tables:
                self._task.tables[name].fail(reason)
        with self._engine.target.connect() as connection, suppress(psycopg.errors.UndefinedTable):
            for name in tables:
                control_tables.add_suspended(
                    connection, self._task.settings.control_schema, self._task.resource, name
                )
        self._leave_out(tables)

    def _note(self, table: TableName, statement: str, error: str) -> None:
        with self._engine.target.connect() as connection, suppress(psycopg.errors.UndefinedTable):
            control_tables.add_exception(
                connection,
                self._task.settings.control_schema,
                self._task.resource,
                table,
                statement=statement,
                error=error,
            )


def _unexplained(progress: Progress, before: WorkerErrors | None, *, copying: bool) -> WorkerError:
    """What can be said of an error whose text is in a log that can't be read."""
    known = before.insert_exists if before else 0
    if not copying and progress.errors.insert_exists > known:
        return WorkerError("", "an inserted row exists already (conflict insert_exists)")
    return WorkerError("", "a worker of the replication failed", copying=copying)
