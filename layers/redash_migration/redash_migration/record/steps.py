"""When each step began and ended, and how."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.clock import Clock, now, seconds_between, stamp
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
                started_at=str(item["started_at"]),
                seconds=seconds_between(str(item["started_at"]), str(item.get("ended_at", ending))),
                status=str(item["status"]),
                attempts=int(item["attempts"]),
                error=str(item.get("error", "")),
                work_seconds=float(str(item["work"])) if "work" in item else None,
                cold_seconds=float(str(item.get("cold", "0"))),
            )
            for item in self._table.query(self._id, "STEP#")
        ]
        return sorted(timings, key=lambda timing: timing.started_at)
