"""The faults of the matrix: what is broken, where, and what must come of it."""

from __future__ import annotations

from pathlib import Path

from rehearsal.faults.case import Case
from rehearsal.faults.table import FAULTS

SIDES = {"old": "the old Redash", "new": "the new Redash", "nobody": "nobody, until a person acts"}


def faults_table(_root: Path) -> str:
    """One line for each case of ``make faults``."""
    lines = [
        "| fault | what is broken | where | ends | serves users then |",
        "|---|---|---|---|---|",
    ]
    lines += [_line(name, case) for name, case in FAULTS.items() if not case.by_name_only]
    return "\n".join(lines) + "\n"


def _line(name: str, case: Case) -> str:
    ends = [case.expected, case.error and f"`{case.error}`", case.check and f"`{case.check}`"]
    said = ", ".join(part for part in ends if part)
    return f"| {name} | {case.what} | {case.where} | {said} | {SIDES[case.serving]} |"
