"""The last lines: how it ended in a sentence, what was proved, what to do about what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redash_migration.approval.standing.ending import CHECKS_NAMED
from redash_migration.approval.standing.ending_words import REFUSED
from redash_migration.plain_text import shortened
from rehearsal.outcome import LedgerCount

LONGEST_CAUSE = 200

ENDINGS = {
    "SUCCEEDED": "Migrated",
    "ROLLED_BACK": "Rolled back",
    "RETURNED": "Returned to the old Redash",
    "FAILED": "Failed",
    "REFUSED": "Refused",
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a verdict is made from. ``asked``: the fault or answer that was to bring this about."""

    report: Mapping[str, Any] | None
    ledger: LedgerCount
    problems: Sequence[str]
    asked: str
    folder: Path


def conclude(conclusion: Conclusion, say: Callable[[str], None]) -> None:
    """Say it all."""
    say("")
    say(sentence(conclusion))
    for line in remedies(conclusion.report):
        say(line)
    if conclusion.ledger.put_aside:
        say(f"{conclusion.ledger.put_aside} writes made since the switch are kept on the new side.")
    for problem in conclusion.problems:
        say(f"PROBLEM: {problem}")
    name = "report.html" if conclusion.report else "events.ndjson"
    say(f"See {_short(conclusion.folder / name)}")


def sentence(conclusion: Conclusion) -> str:
    """Outcome, who serves, what was lost, in one sentence."""
    report, ledger = conclusion.report or {}, conclusion.ledger
    status = str(report.get("status", "REFUSED"))
    asked = f" ({conclusion.asked})" if conclusion.asked else ""
    how = "" if status == "SUCCEEDED" else " as expected"
    outcome = ENDINGS["REFUSED" if _refused(report) else status]
    opening = (
        f"{outcome}{how}{asked}" if not conclusion.problems else f"NOT as it should: {outcome}"
    )
    serves = {"old": "the old Redash serves", "new": "the new Redash serves"}
    parts = [
        *_cause(report),
        serves.get(ledger.side, "nobody serves"),
        *_proofs(report),
        f"{len(ledger.missing)} of {ledger.acknowledged} writes lost",
    ]
    return f"{opening}: {'; '.join(parts)}."


def _refused(report: Mapping[str, Any]) -> bool:
    """By the preflight: nothing was begun, so nothing failed."""
    return bool((report.get("error") or {}).get("name") == REFUSED)


def remedies(report: Mapping[str, Any] | None) -> list[str]:
    """What to do about each check that failed or could not be answered."""
    bad = [
        check
        for check in (report or {}).get("checks", [])
        if check["status"] in {"FAIL", "UNKNOWN"}
    ]
    return [
        f"  {check['id']}: {_cut(check['detail'])}"
        + (f"\n    What to do: {check['remedy']}" if check["remedy"] else "")
        for check in bad
    ]


def _cause(report: Mapping[str, Any]) -> list[str]:
    error = report.get("error")
    if not error:
        return []
    where = f" in {error['state']}" if error.get("state") else ""
    # The checks that it names stand below, with what to do.
    cause = _cut(str(error.get("cause") or "").partition(CHECKS_NAMED)[0])
    return [f"{error['name']}{where}{f': {cause}' if cause else ''}"]


def _proofs(report: Mapping[str, Any]) -> list[str]:
    """Tables and pause, where it came to that."""
    found = []
    compared = [table for table in report.get("tables", []) if table["match"] is not None]
    if compared:
        equal = sum(table["match"] is True for table in compared)
        found.append(f"{equal} of {len(report['tables'])} tables equal")
    pause, predicted = (
        report.get("write_pause_seconds"),
        report.get("predicted_write_pause_seconds"),
    )
    if pause is not None:
        beside = f" ({_predicted(report, predicted)})" if predicted else ""
        found.append(f"write pause {pause:.1f} s{beside}")
    return [*found, *_return(report.get("return") or {})]


def _return(home: Mapping[str, Any]) -> list[str]:
    """A return's own pause; those of its tries that failed, in which users waited too."""
    found = []
    if (pause := home.get("write_pause_seconds")) is not None:
        predicted = home.get("predicted_write_pause_seconds")
        beside = f" ({predicted:.1f} s predicted)" if predicted else ""
        found.append(f"the return's pause {pause:.1f} s{beside}")
    if waited := sum(home.get("failed_pauses_seconds", ())):
        found.append(f"{waited:.1f} s more in a return that led forward again")
    return found


def _cut(text: str) -> str:
    return shortened(" ".join(str(text).split()).rstrip("."), LONGEST_CAUSE)


def _short(path: Path) -> str:
    """From here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _predicted(report: Mapping[str, Any], seconds: float) -> str:
    """``11.7 s predicted, 9.8 to 14.2 likely``"""
    low = report.get("predicted_write_pause_low_seconds")
    high = report.get("predicted_write_pause_high_seconds")
    likely = "" if low is None or high is None else f", {low:.1f} to {high:.1f} likely"
    return f"{seconds:.1f} s predicted{likely}"
