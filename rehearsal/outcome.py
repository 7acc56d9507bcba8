"""Was it a good rehearsal? The report, the ledger and the processes answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OLD_GROUP = "redash-old"
"""The old home's target group (load_balancer/old_home.py)."""


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """Acknowledged writes, and those that the serving side does not hold."""

    acknowledged: int
    missing: tuple[str, ...]
    side: str
    by_side: Mapping[str, int] = field(default_factory=dict)
    """Rows by the target group that acknowledged them."""
    put_aside: int = 0
    """Writes made on the new side before somebody went back: kept there, not on the old one."""


def over_memory(usage: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Functions that needed more than their MemorySize: on AWS they would have been killed."""
    return [
        f"{name} needed {used['max_rss_kb'] / 1024:.0f} MB of its {used['memory_mb']} MB"
        for name, used in sorted(usage.items())
        if used["max_rss_kb"] > used["memory_mb"] * 1024
    ]


def server_errors(met: Mapping[tuple[str, str], int], *, real: bool) -> list[str]:
    """Answers with 5xx that users got from Redash itself, where nothing was broken on purpose.

    A ``real`` Redash may have faults of its own, a driver that is missing: then what the old home
    answers so is none of the move's.
    """
    old = {what for what, side in met if side == OLD_GROUP}
    return [
        f"users got {count} times from {side}: {what}"
        for (what, side), count in sorted(met.items())
        if not (real and what in old)
    ]


def problems(
    report: Mapping[str, Any] | None, ledger: LedgerCount, *, expected: str = "SUCCEEDED"
) -> list[str]:
    """What keeps this rehearsal from having gone well; empty when it has."""
    found = []
    if report is None:
        if expected != "REFUSED":
            found.append("there is no report")
    else:
        if report["status"] != expected:
            error = report.get("error") or {}
            found.append(
                f"the migration ended as {report['status']}: "
                f"{error.get('name', '')} in {error.get('state', '')}: {error.get('cause', '')}"
            )
        if expected == report["status"] == "SUCCEEDED":
            found += [
                f"{table['name']}: the two sides were not found equal"
                for table in report["tables"]
                if table["match"] is not True
            ]
            found += [
                f"sequence {sequence['name']} is wrong"
                for sequence in report["sequences"]
                if not sequence["ok"]
            ]
            if not report["tables"]:
                found.append("the report knows no table")
    if ledger.acknowledged == 0:
        found.append("the workload wrote nothing, so nothing is proved")
    if ledger.missing:
        found.append(
            f"{len(ledger.missing)} acknowledged writes are not on the {ledger.side} side: "
            + ", ".join(ledger.missing[:5])
        )
    return found
