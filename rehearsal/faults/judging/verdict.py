"""Did a case end as it says? Its status, its error's name, its check, and the invariants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.faults.case import Case


def disagreements(case: Case, report: Mapping[str, Any] | None, execution_status: str) -> list[str]:
    """What is otherwise than the case says; empty when it ended as stated."""
    if case.expected == "REFUSED":
        found = [] if report is None else ["there is a report, although none was expected"]
        if execution_status != "FAILED":
            found.append(f"the execution ended as {execution_status}, not FAILED")
        return found
    if report is None:
        return ["there is no report"]
    found = []
    if execution_status == "SUCCEEDED" and case.expected not in {"SUCCEEDED", "RETURNED"}:
        found.append("the execution ended green")
    error = report.get("error") or {}
    if case.error and error.get("name") != case.error:
        found.append(
            f"the error is {error.get('name', 'none')} in {error.get('state', '')},"
            f" not {case.error}: {str(error.get('cause', ''))[:300]}"
        )
    if case.check:
        answers = {check["id"]: check["status"] for check in report["checks"]}
        if answers.get(case.check) != "FAIL":
            found.append(f"{case.check} says {answers.get(case.check, 'nothing')}, not FAIL")
    return found
