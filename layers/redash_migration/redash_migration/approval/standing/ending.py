"""How a migration ended, as people are told: kept as a fact by the step that writes the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from redash_migration.record.record import Record

FACT = "ending"

Serving = Literal["old", "new", "nobody"]


@dataclass(frozen=True, slots=True)
class Ending:
    """The last word. ``failed_checks``: ids of checks that failed or could not be answered."""

    status: str
    mode: str
    serves: Serving
    error: str
    cause: str
    state: str
    write_pause_seconds: float | None
    tables: int
    tables_equal: int
    failed_checks: tuple[str, ...]
    not_taken_back: tuple[str, ...]
    at: str
    without_new_writes: bool = False
    """Users had been on the new side, and are back without what they wrote there."""

    def keep(self, record: Record) -> None:
        """Write it down; a report that is written again says it anew."""
        record.put_fact(FACT, asdict(self))


def ending_of(report: Mapping[str, Any], milestones: Mapping[str, str]) -> Ending:
    """From the report that has just been written."""
    error = report["error"] or {}
    tables = report["tables"]
    return Ending(
        status=str(report["status"]),
        mode=str(report["mode"]),
        serves=serving(report["status"], milestones),
        error=str(error.get("name", "")),
        cause=str(error.get("cause", "")),
        state=str(error.get("state", "")),
        write_pause_seconds=report["write_pause_seconds"],
        tables=len(tables),
        tables_equal=sum(table["match"] is True for table in tables),
        failed_checks=tuple(
            check["id"] for check in report["checks"] if check["status"] in {"FAIL", "UNKNOWN"}
        ),
        not_taken_back=tuple(
            entry["action"] for entry in report["undo"] if entry["state"] != "DONE"
        )
        if report["status"] == "FAILED"
        else (),
        at=str(report["ended_at"]),
        without_new_writes=report["status"] == "ROLLED_BACK" and "pause_ended" in milestones,
    )


def serving(status: str, milestones: Mapping[str, str]) -> Serving:
    """Who answers users, by what is recorded. In doubt the answer that makes somebody look."""
    if status in {"ROLLED_BACK", "RETURNED"}:
        return "old"
    if "switch_began" in milestones and "rolled_back" not in milestones:
        return "new"
    opened = {"reopened", "rolled_back"} & set(milestones)
    if "pause_began" in milestones and not opened:
        return "nobody"
    return "old"


def read_ending(record: Record) -> Ending | None:
    """How it ended, or None while it runs."""
    fact = record.fact(FACT)
    if fact is None:
        return None
    lists = {key: tuple(fact[key]) for key in ("failed_checks", "not_taken_back")}
    return Ending(**{**fact, **lists})
