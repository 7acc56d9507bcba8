"""A replication task as the API describes it: its definition, status, dates and tables."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rehearsal.dms.task import statistics
from rehearsal.dms.task.mappings import TableMappings, TableName
from rehearsal.dms.task.names import Names
from rehearsal.dms.task.statistics import TableStatistics
from rehearsal.dms.task.task_settings import TaskSettings


@dataclass(slots=True)
class Dates:
    """ReplicationTaskStats' dates."""

    fresh_start: datetime | None = None
    start: datetime | None = None
    stop: datetime | None = None
    full_load_start: datetime | None = None
    full_load_finish: datetime | None = None


@dataclass(slots=True)
class ReplicationTask:
    """One task. Whoever changes it holds ``lock``."""

    arn: str
    identifier: str
    source_arn: str
    target_arn: str
    instance_arn: str
    migration_type: str
    mappings_document: str
    mappings: TableMappings
    settings: TaskSettings
    task_data: str | None = None
    status: str = "creating"
    stop_reason: str = ""
    last_failure: str = ""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    dates: Dates = field(default_factory=Dates)
    tables: dict[TableName, TableStatistics] = field(default_factory=dict)
    row_estimates: dict[TableName, int] = field(default_factory=dict)
    names: Names | None = None
    full_load_done: bool = False
    stale: tuple[float, str, str] = (0.0, "", "")
    """Until when on the monotonic clock a status and a stop reason are told that are past."""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def resource(self) -> str:
        """The end of the ARN, which DMS uses as the task's name in its own tables."""
        return self.arn.rsplit(":", 1)[-1]

    @property
    def captures_changes(self) -> bool:
        """Whether the task goes on after the full load."""
        return self.migration_type != "full-load"

    @property
    def ever_started(self) -> bool:
        """Whether the task has run."""
        return self.dates.start is not None

    def stay(self, seconds: float) -> None:
        """Be described as it is now for so long, whatever becomes of it."""
        if seconds > 0:
            self.stale = (time.monotonic() + seconds, self.status, self.stop_reason)

    def to_dict(self, *, with_settings: bool = True) -> dict[str, Any]:
        """The task as the API returns it."""
        with self.lock:
            until, status, stop_reason = self.stale
            if time.monotonic() >= until:
                status, stop_reason = self.status, self.stop_reason
            found: dict[str, Any] = {
                "ReplicationTaskIdentifier": self.identifier,
                "SourceEndpointArn": self.source_arn,
                "TargetEndpointArn": self.target_arn,
                "ReplicationInstanceArn": self.instance_arn,
                "MigrationType": self.migration_type,
                "Status": status,
                "LastFailureMessage": self.last_failure or None,
                "StopReason": stop_reason or None,
                "ReplicationTaskCreationDate": self.created.timestamp(),
                "ReplicationTaskStartDate": _epoch(self.dates.start),
                "ReplicationTaskArn": self.arn,
                "TaskData": self.task_data,
            }
            if with_settings:
                found["TableMappings"] = self.mappings_document
                found["ReplicationTaskSettings"] = self.settings.to_json()
            if self.ever_started:
                found["ReplicationTaskStats"] = self._stats()
        return {key: value for key, value in found.items() if value is not None}

    def _stats(self) -> dict[str, Any]:
        states = [table.state for table in self.tables.values()]
        until = self.dates.stop if self.status in {"stopped", "failed"} else None
        elapsed = (until or datetime.now(UTC)) - (self.dates.start or self.created)
        stats = {
            "FullLoadProgressPercent": self._percent(),
            "ElapsedTimeMillis": max(int(elapsed.total_seconds() * 1000), 0),
            "TablesLoaded": states.count(statistics.COMPLETED),
            "TablesLoading": sum(
                states.count(state) for state in (statistics.FULL_LOAD, statistics.RELOADED)
            ),
            "TablesQueued": states.count(statistics.BEFORE_LOAD),
            "TablesErrored": sum(
                states.count(state) for state in (statistics.ERROR, statistics.MISSING)
            ),
            "FreshStartDate": _epoch(self.dates.fresh_start),
            "StartDate": _epoch(self.dates.start),
            "StopDate": _epoch(self.dates.stop),
            "FullLoadStartDate": _epoch(self.dates.full_load_start),
            "FullLoadFinishDate": _epoch(self.dates.full_load_finish),
        }
        return {key: value for key, value in stats.items() if value is not None}

    def _percent(self) -> int:
        if self.full_load_done:
            return 100
        done = total = 0
        for name, table in self.tables.items():
            rows = max(self.row_estimates.get(name, 1), 1)
            total += rows
            done += rows if table.ended else min(table.full_load_rows, rows)
        return min(done * 100 // total, 99) if total else 0


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
