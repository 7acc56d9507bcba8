"""The task calls of the DMS API: what each does to a task, and the fault when it can't."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

from rehearsal.dms import events
from rehearsal.dms.api.connections import ConnectionTests
from rehearsal.dms.api.definition import define
from rehearsal.dms.faults import (
    InvalidParameterCombination,
    InvalidParameterValue,
    InvalidResourceState,
    ResourceAlreadyExists,
    ResourceNotFound,
)
from rehearsal.dms.run.disturbance import Disturbance
from rehearsal.dms.run.leaving import leave_databases
from rehearsal.dms.run.run import Run
from rehearsal.dms.surroundings import Surroundings
from rehearsal.dms.task.mappings import TableMappings, TableName
from rehearsal.dms.task.task import Dates, ReplicationTask
from rehearsal.dms.task.task_settings import TaskSettings
from rehearsal.timing import clock

_SETTLE_SECONDS = 0.2
_IDLE = frozenset({"ready", "stopped", "failed"})


class TaskService:
    """All tasks of one account and region."""

    def __init__(
        self,
        surroundings: Surroundings,
        tests: ConnectionTests,
        disturbance: Disturbance,
        arn_prefix: str,
    ) -> None:
        self._surroundings = surroundings
        self._tests = tests
        self._disturbance = disturbance
        self._arn_prefix = arn_prefix
        self._tasks: dict[str, ReplicationTask] = {}
        self._runs: dict[str, Run] = {}
        self._lock = threading.RLock()

    def tasks(self) -> list[ReplicationTask]:
        """Every task, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def task(self, arn: str) -> ReplicationTask:
        """The task with this ARN; raises ResourceNotFound."""
        with self._lock:
            found = self._tasks.get(arn)
        if found is None:
            raise ResourceNotFound(f"Replication task {arn} not found.")
        return found

    def create(self, params: dict[str, Any]) -> ReplicationTask:
        """CreateReplicationTask."""
        task = define(params, self._surroundings, self._arn_prefix)
        with self._lock:
            taken = {other.identifier for other in self._tasks.values()}
            if task.arn in self._tasks or task.identifier in taken:
                raise ResourceAlreadyExists(
                    f"Replication task {task.identifier} (or its ARN) already exists."
                )
            self._tasks[task.arn] = task
        settling = clock().seconds("dms.create", _SETTLE_SECONDS)
        self._later(
            lambda: self._settle(
                task, "ready", events.CREATED, "Replication task created", settling
            )
        )
        return task

    def modify(self, params: dict[str, Any]) -> ReplicationTask:
        """ModifyReplicationTask; only while the task doesn't run."""
        task = self.task(params["ReplicationTaskArn"])
        mappings = params.get("TableMappings")
        settings = params.get("ReplicationTaskSettings")
        parsed = TableMappings.parse(mappings) if mappings else None
        completed = TaskSettings.parse(settings) if settings else None
        with task.lock:
            before = task.status
            if before not in _IDLE:
                raise InvalidResourceState(
                    f"Replication Task cannot be modified while it is in {before} state."
                )
            if mappings and parsed is not None:
                task.mappings, task.mappings_document = parsed, mappings
            task.settings = completed or task.settings
            task.migration_type = params.get("MigrationType") or task.migration_type
            task.identifier = params.get("ReplicationTaskIdentifier") or task.identifier
            task.status = "modifying"
        self._later(lambda: self._settle(task, before))
        return task

    def start(self, params: dict[str, Any]) -> ReplicationTask:
        """StartReplicationTask."""
        task = self.task(params["ReplicationTaskArn"])
        kind = params["StartReplicationTaskType"]
        if kind not in {"start-replication", "resume-processing", "reload-target"}:
            raise InvalidParameterValue(f"StartReplicationTaskType {kind!r} is unknown.")
        with task.lock:
            if task.status not in _IDLE:
                raise InvalidResourceState(
                    f"Replication Task cannot be started, invalid state: {task.status}."
                )
            written = kind.upper().replace("-", "_")
            if kind == "start-replication" and task.ever_started:
                raise InvalidParameterCombination(
                    f"Start Type : {written}, valid only for tasks running for the first time"
                )
            if kind != "start-replication" and not task.ever_started:
                raise InvalidParameterCombination(
                    f"Start Type : {written}, not valid for tasks running for the first time"
                )
            for arn in (task.source_arn, task.target_arn):
                if not self._tests.successful(task.instance_arn, arn):
                    raise InvalidResourceState(
                        "Test connection for replication instance and endpoint should be successful"
                        " for starting the replication task"
                    )
            now = datetime.now(UTC)
            fresh = kind != "resume-processing"
            task.dates = Dates(
                fresh_start=now if fresh else task.dates.fresh_start,
                start=now,
                stop=task.dates.stop,
                full_load_start=None if fresh else task.dates.full_load_start,
                full_load_finish=None if fresh else task.dates.full_load_finish,
            )
            if not fresh:
                task.stay(self._disturbance.stale_seconds)
            task.status = "starting"
            run = Run(task, kind, self._surroundings, self._disturbance)
            self._runs[task.arn] = run
        run.thread.start()
        return task

    def stop(self, params: dict[str, Any]) -> ReplicationTask:
        """StopReplicationTask."""
        task = self.task(params["ReplicationTaskArn"])
        with task.lock:
            if task.status != "running":
                raise InvalidResourceState(
                    f"Replication Task cannot be stopped, invalid state: {task.status}."
                )
            task.status = "stopping"
            self._runs[task.arn].ask_to_stop()
        return task

    def reload_tables(self, arn: str, names: list[TableName], option: str) -> ReplicationTask:
        """ReloadTables; only while the task runs."""
        task = self.task(arn)
        with task.lock:
            if task.status != "running":
                raise InvalidResourceState(
                    f"Tables can only be reloaded while the task runs; it is {task.status}."
                )
            for name in names:
                if name not in task.tables:
                    raise InvalidParameterValue(f"Table {'.'.join(name)} is not in the task.")
            run = self._runs[arn]
        run.ask_to_reload(names, option)
        return task

    def delete(self, params: dict[str, Any]) -> ReplicationTask:
        """DeleteReplicationTask: the slot goes with it."""
        task = self.task(params["ReplicationTaskArn"])
        with task.lock:
            if task.status not in _IDLE:
                raise InvalidResourceState(
                    f"Replication Task cannot be deleted, invalid state: {task.status}."
                )
            task.status = "deleting"
        self._later(lambda: self._delete(task))
        return task

    def _delete(self, task: ReplicationTask) -> None:
        clock().wait("dms.delete")
        leave_databases(task, self._surroundings)
        with self._lock:
            self._tasks.pop(task.arn, None)
            self._runs.pop(task.arn, None)
        self._surroundings.announce(task, events.DELETED, "Replication task deleted")

    def _settle(
        self,
        task: ReplicationTask,
        status: str,
        kind: str = "",
        message: str = "",
        seconds: float = _SETTLE_SECONDS,
    ) -> None:
        time.sleep(seconds)
        with task.lock:
            task.status = status
        if kind:
            self._surroundings.announce(task, kind, message)

    @staticmethod
    def _later(action: Any) -> None:
        threading.Thread(target=action, name="dms-service", daemon=True).start()

    def abandon(self) -> None:
        """End every run where it is."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.abandon()
        for run in runs:
            run.thread.join(timeout=5)
