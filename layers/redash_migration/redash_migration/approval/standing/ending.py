"""How a migration ended, as people are told: kept as a fact by the step that writes the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from redash_migration.approval.gate.purposes import CONFIRM, EXPIRE
from redash_migration.plain_text import shortened
from redash_migration.record.milestones import Milestone
from redash_migration.record.ownership import Ownership
from redash_migration.record.record import Record

FACT = "ending"

Serving = Literal["old", "new", "nobody"]


CHECKS_NAMED = " [failed checks: "
"""What a cause says between the failure's own words and the ids of the checks."""
SHOWN = 12
"""How many failed checks are told of by name; the report has them all."""
_WORDS = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed or could not be answered, in the step's own words."""

    id: str
    status: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The last word. ``failures``: the checks that failed or could not be answered."""

    status: str
    mode: str
    serves: Serving
    error: str
    cause: str
    state: str
    write_pause_seconds: float | None
    tables: int
    tables_equal: int
    failures: tuple[Failure, ...]
    not_taken_back: tuple[str, ...]
    at: str
    without_new_writes: bool = False
    """Users had been on the new side, and are back without what they wrote there."""
    untouched: bool = False
    """It ended before any change: users noticed nothing, and nothing had to be taken back."""
    unanswered: bool = False
    """Nobody said whether the new side stays: it does, and nothing was cleaned up."""
    decided: tuple[str, str] = ("", "")
    """Who gave the last answer, and the reason; empty where nobody did, or all was undone by a
    failure after it."""
    return_pause_seconds: float | None = None
    """The return's own; ``write_pause_seconds`` is that of the way there."""
    failed_return: tuple[str, str] = ("", "")
    """What ended the last return that was led forward again, and in which state."""
    failed_return_seconds: float = 0.0
    """How long users waited in all of those."""
    attempt: int = 1
    """Which execution of the migration this was the end of; a later one ends anew."""

    @property
    def occasion(self) -> str:
        """The last message's name among those that were sent."""
        return f"{self.status}-{self.attempt}"

    def keep(self, record: Record) -> None:
        """Write it down; a report that is written again says it anew."""
        record.put_fact(FACT, asdict(self))


def ending_of(
    report: Mapping[str, Any], milestones: Mapping[Milestone, str], attempt: int = 1
) -> Ending:
    """From the report that has just been written, by the migration's execution of this number."""
    error = report["error"] or {}
    tables = report["tables"]
    home = report["return"] or {}
    reached = dict(milestones)
    if error.get("name") == "SwitchNotMade":
        reached.pop("switch_began", None)  # begun, and seen not to be made
    serves = serving(report["status"], reached, closed=bool(home.get("closed_since")))
    failed = home.get("failed") or {}
    return Ending(
        status=str(report["status"]),
        mode=str(report["mode"]),
        serves=serves,
        error=str(error.get("name", "")),
        cause=str(error.get("cause", "")),
        state=str(error.get("state", "")),
        write_pause_seconds=report["write_pause_seconds"],
        tables=len(tables),
        tables_equal=sum(table["match"] is True for table in tables),
        failures=tuple(
            Failure(
                check["id"], check["status"], shortened(check["detail"], _WORDS), check["remedy"]
            )
            for check in report["checks"]
            if check["status"] in {"FAIL", "UNKNOWN"}
        ),
        not_taken_back=tuple(
            dict.fromkeys(entry["action"] for entry in report["undo"] if entry["state"] != "DONE")
        )
        if report["status"] == "FAILED"
        else (),
        at=str(report["ended_at"]),
        without_new_writes=report["status"] == "ROLLED_BACK" and "pause_ended" in milestones,
        untouched=report["status"] == "FAILED" and serves == "old" and not report["undo"],
        unanswered=report["status"] == "SUCCEEDED" and _expired_at_last(report["approvals"]),
        decided=_decided(str(report["status"]), str(error.get("name", "")), report["approvals"]),
        return_pause_seconds=home.get("write_pause_seconds"),
        failed_return=(str(failed.get("name", "")), str(failed.get("state", ""))),
        failed_return_seconds=sum(home.get("failed_pauses_seconds", ())),
        attempt=attempt,
    )


def _decided(status: str, error: str, approvals: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """A rejection, and what was decided after the switch: only where it ended as decided."""
    last = approvals[-1] if approvals else {"decision": ""}
    wanted = {"RETURNED": "return", "SUCCEEDED": "keep", "ROLLED_BACK": "reject"}.get(status, "")
    if last["decision"] != wanted or (wanted == "reject" and error != "ApprovalRejected"):
        return "", ""
    return last.get("actor", ""), last.get("reason", "")


def _expired_at_last(approvals: Sequence[Mapping[str, str]]) -> bool:
    """Whether the last answer to the second question is that there was none."""
    given = [one["decision"] for one in approvals if one["purpose"] == CONFIRM.state]
    return given[-1:] == [EXPIRE]


def serving(status: str, milestones: Mapping[Milestone, str], *, closed: bool = False) -> Serving:
    """Who answers users, by what is recorded. In doubt the answer that makes somebody look.

    ``closed``: a return has begun its pause, and nothing has ended it.
    """
    if status in {"ROLLED_BACK", "RETURNED"}:
        return "old"
    if closed:
        return "nobody"
    if "switch_began" in milestones and "rolled_back" not in milestones:
        return "new"
    opened = {"reopened", "rolled_back"} & set(milestones)
    if "pause_began" in milestones and not opened:
        return "nobody"
    return "old"


def read_ending(record: Record) -> Ending | None:
    """How it ended, or None while it runs: again, too, by a mode that names it."""
    fact = record.fact(FACT)
    try:
        ending = None if fact is None else _kept(fact)
    except (KeyError, TypeError):  # nothing that `Ending.keep` wrote
        return None
    return None if ending is None or attempt_of(record) > ending.attempt else ending


def _kept(fact: Mapping[str, Any]) -> Ending:
    return Ending(
        **{
            **fact,
            "failures": tuple(Failure(**one) for one in fact["failures"]),
            "not_taken_back": tuple(fact["not_taken_back"]),
            "decided": tuple(fact.get("decided", ("", ""))),
            "failed_return": tuple(fact.get("failed_return", ("", ""))),
            "attempt": int(fact.get("attempt", 1)),
        }
    )


def attempt_of(record: Record) -> int:
    """Which of the migration's executions is its last; 1 where another has followed it."""
    owner = Ownership(record.table).last()
    return owner.attempt if owner and owner.migration_id == record.migration_id else 1
