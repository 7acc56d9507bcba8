"""Table statistics of a task: one entry a table, as DescribeTableStatistics shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.progress import TableProgress

BEFORE_LOAD = "Before load"
FULL_LOAD = "Full load"
COMPLETED = "Table completed"
CANCELLED = "Table cancelled"
ERROR = "Table error"
MISSING = "Table does not exist"
RELOADED = "Table is being reloaded"

NOT_CARRIED = frozenset({ERROR, MISSING, CANCELLED})
"""States of tables that the task has given up."""
_LOADED = frozenset({"s", "r"})


@dataclass(slots=True)
class TableStatistics:
    """One table of a task."""

    name: TableName
    state: str = BEFORE_LOAD
    validation: str = "Not enabled"
    validation_details: str = ""
    pending: int = 0
    failed: int = 0
    suspended: int = 0
    full_load_rows: int = 0
    full_load_errors: int = 0
    inserts: int = 0
    updates: int = 0
    deletes: int = 0
    reloaded: bool = False
    started: datetime | None = None
    ended: datetime | None = None
    updated: datetime | None = None
    reason: str = ""
    """Why the table is in error; goes into the log and the failure message of the task."""
    base: TableProgress | None = field(default=None, repr=False)
    """The target's counters before the load."""
    interrupted: bool = field(default=False, repr=False)
    """A copy was broken off: its rows are gone, but the target's counters have counted them."""
    last: TableProgress | None = field(default=None, repr=False)
    """The target's counters at the last look."""

    @property
    def changes(self) -> int:
        """Changes applied since the load."""
        return self.inserts + self.updates + self.deletes

    def begin(self, base: TableProgress | None, *, reloaded: bool = False) -> None:
        """The table is about to be loaded; ``base`` holds the target's counters before."""
        self.state, self.base, self.last, self.reloaded = BEFORE_LOAD, base, None, reloaded
        self.started = self.ended = None
        self.full_load_rows = self.inserts = self.updates = self.deletes = 0

    def interrupt(self) -> None:
        """The copy of the table, if it is not complete, begins again."""
        self.interrupted = self.interrupted or self.state not in {COMPLETED, ERROR, MISSING}

    def recount(self, rows: int) -> None:
        """The loaded rows as counted in the table, after an interrupted copy."""
        self.interrupted = False
        if self.last is not None:
            self.base = replace(self.last, inserted=self.last.inserted - rows)
        self.full_load_rows, self.inserts = rows, 0

    def fail(self, reason: str, *, state: str = ERROR) -> None:
        """The table is in error."""
        self.state, self.reason, self.updated = state, reason, _now()
        if self.validation != "Not enabled":
            self.validation = "Table error"

    def follow(self, now: TableProgress) -> None:
        """Take in what the target shows."""
        if self.state in NOT_CARRIED:
            return
        self._survive_a_crash(now)
        base = self.base or TableProgress("", 0, 0, 0, 0)
        inserted = now.inserted - base.inserted
        if now.state == "d" and self.state in {BEFORE_LOAD, FULL_LOAD, RELOADED}:
            self.state = RELOADED if self.reloaded else FULL_LOAD
            self.started = self.started or _now()
            self.full_load_rows = max(self.full_load_rows, now.copied)
        elif now.state in _LOADED and self.state != COMPLETED:
            self.state = COMPLETED
            self.started = self.started or _now()
            self.ended = self.updated = _now()
            self.full_load_rows = max(inserted, 0)
        if self.state == COMPLETED:
            self._count_changes(inserted, now, base)

    def _survive_a_crash(self, now: TableProgress) -> None:
        """A server that crashed counts from zero again; what it had counted stays counted."""
        base, last, self.last = self.base, self.last, now
        if base is not None and last is not None and now.inserted < last.inserted:
            self.base = replace(
                base,
                inserted=base.inserted - last.inserted,
                updated=base.updated - last.updated,
                deleted=base.deleted - last.deleted,
            )

    def _count_changes(self, inserted: int, now: TableProgress, base: TableProgress) -> None:
        changes = (
            max(inserted - self.full_load_rows, 0),
            now.updated - base.updated,
            now.deleted - base.deleted,
        )
        if changes != (self.inserts, self.updates, self.deletes):
            self.inserts, self.updates, self.deletes = changes
            self.updated = _now()

    def to_dict(self) -> dict[str, Any]:
        """The entry as the API returns it."""
        entry: dict[str, Any] = {
            "SchemaName": self.name[0],
            "TableName": self.name[1],
            "Inserts": self.inserts,
            "Deletes": self.deletes,
            "Updates": self.updates,
            "Ddls": 0,
            "AppliedInserts": self.inserts,
            "AppliedDeletes": self.deletes,
            "AppliedUpdates": self.updates,
            "AppliedDdls": 0,
            "FullLoadRows": self.full_load_rows,
            "FullLoadCondtnlChkFailedRows": 0,
            "FullLoadErrorRows": self.full_load_errors,
            "FullLoadStartTime": _epoch(self.started),
            "FullLoadEndTime": _epoch(self.ended),
            "FullLoadReloaded": self.reloaded,
            "LastUpdateTime": _epoch(self.updated),
            "TableState": self.state,
            "ValidationPendingRecords": self.pending,
            "ValidationFailedRecords": self.failed,
            "ValidationSuspendedRecords": self.suspended,
            "ValidationState": self.validation,
        }
        if self.validation_details:
            entry["ValidationStateDetails"] = self.validation_details
        return {key: value for key, value in entry.items() if value is not None}


def _now() -> datetime:
    return datetime.now(UTC)


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
