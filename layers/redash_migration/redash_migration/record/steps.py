"""When each step began and ended, and how."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.clock import Clock, now, seconds_between, stamp
from redash_migration.record.reading import number_of, seconds_of, text_of, time_of
from redash_migration.record.table import RecordTable


@dataclass(frozen=True, slots=True)
class StepTiming:
    """One step: from its first start to its last end, however many attempts or Map items.

    ``work_seconds`` is what the last attempt alone took, and ``cold_seconds`` how long the function
    had needed to get ready for it: 0 where it was warm.
    """

    name: str
    started_at: str
    seconds: float
    status: str
    attempts: int
    error: str
    work_seconds: float | None = None
    cold_seconds: float = 0.0

    def to_json(self) -> dict[str, str | float | int]:
        """As it stands in report.json."""
        return {
            "name": self.name,
            "started_at": self.started_at,
            "seconds": self.seconds,
            "status": self.status,
            "attempts": self.attempts,
            "error": self.error,
        }


class Steps:
    """The steps of one migration."""

    def __init__(self, table: RecordTable, migration_id: str, clock: Clock = now) -> None:
        self._table = table
        self._id = migration_id
        self._clock = clock

    def started(self, name: str, *, cold_seconds: float = 0.0) -> None:
        """An attempt of the step begins."""
        self._table.update(
            self._id,
            f"STEP#{name}",
            first={"started_at": stamp(self._clock())},
            values={"status": "RUNNING", "cold": f"{cold_seconds:.3f}"},
            add={"attempts": 1},
        )

    def ended(
        self, name: str, status: str, error: str = "", *, work_seconds: float | None = None
    ) -> None:
        """An attempt of the step ended: SUCCEEDED, FAILED, or WAITING for its token."""
        self._table.update(
            self._id,
            f"STEP#{name}",
            values={
                "status": status,
                "ended_at": stamp(self._clock()),
                "error": error[:1000],
                **({} if work_seconds is None else {"work": f"{work_seconds:.3f}"}),
            },
        )

    def all(self) -> list[StepTiming]:
        """Every step in the order of its first start."""
        ending = stamp(self._clock())
        timings = [
            StepTiming(
                name=str(item["sk"]).partition("#")[2],
                started_at=started,
                seconds=seconds_between(started, time_of(item, "ended_at") or ending),
                status=text_of(item, "status"),
                attempts=number_of(item, "attempts"),
                error=text_of(item, "error"),
                work_seconds=seconds_of(item, "work"),
                cold_seconds=seconds_of(item, "cold") or 0.0,
            )
            for item in self._table.query(self._id, "STEP#")
            if (started := time_of(item, "started_at"))
        ]
        return sorted(timings, key=lambda timing: timing.started_at)
