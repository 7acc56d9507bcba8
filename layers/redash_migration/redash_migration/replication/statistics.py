"""Table statistics of the task: is the load complete, does change capture keep step?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redash_migration.record.checks import Check

VALIDATION_WAITS = frozenset(
    {"Pending records", "Pending validation", "Preparing table", "Pending revalidation"}
)
VALIDATION_FAILS = frozenset({"Table error", "Error"})
VALIDATION_WARNS = frozenset(
    {"No primary key", "Suspended records", "Not enabled", "Mismatched records"}
)
"""A mismatch is no proof: rows that change while they are compared are reported as well (AWS DMS
User Guide, "Data validation", limitations). Whoever approves is told; every table is compared by
checksum in the pause, and a difference that is one leads back."""


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """One table of the task as DescribeTableStatistics shows it."""

    schema: str
    table: str
    state: str
    validation: str
    rows: int
    error_rows: int
    validation_failed: int

    @property
    def name(self) -> str:
        """``schema.table``"""
        return f"{self.schema}.{self.table}"


def incomplete(statistics: Iterable[TableStatistics], expected: Iterable[str]) -> list[str]:
    """What keeps the full load from being complete: one line a table; empty when it is."""
    found = {table.name: table for table in statistics}
    problems = [f"{name}: the task does not know it" for name in expected if name not in found]
    for table in found.values():
        if table.state != "Table completed":
            problems.append(f"{table.name}: {table.state or 'no state'}")
        elif table.error_rows:
            problems.append(f"{table.name}: {table.error_rows} rows could not be loaded")
    return problems


@dataclass(frozen=True, slots=True)
class Validation:
    """What the task's own validation says of all tables together."""

    failed: tuple[str, ...]
    pending: tuple[str, ...]
    checks: tuple[Check, ...]


def validation(statistics: Iterable[TableStatistics]) -> Validation:
    """Sort the tables into failed, pending and (as warnings) not validated."""
    failed, pending, warned = [], [], []
    for table in statistics:
        line = f"{table.name}: {table.validation}"
        if table.validation in VALIDATION_FAILS:
            failed.append(line)
        elif table.state != "Table completed":
            pending.append(f"{table.name}: {table.state}")
        elif table.validation in VALIDATION_WAITS:
            pending.append(line)
        elif table.validation in VALIDATION_WARNS or table.validation_failed:
            warned.append(_counted(line, table.validation_failed))
    if failed:
        check = Check(
            "replication.validation",
            "FAIL",
            "; ".join(failed),
            "Look at awsdms_validation_failures_v1 on the target, then start again.",
        )
    elif warned:
        check = Check(
            "replication.validation",
            "WARN",
            "; ".join(warned),
            "The task cannot vouch for these tables; the checksums before the switch decide. Where"
            " records are mismatched, look at awsdms_validation_failures_v1 on the target first: if"
            " they really differ, the write pause would be for nothing.",
        )
    else:
        check = Check("replication.validation", "PASS", "every table validated")
    return Validation(tuple(failed), tuple(pending), (check,))


def _counted(line: str, records: int) -> str:
    return f"{line} ({records} records)" if records else line
