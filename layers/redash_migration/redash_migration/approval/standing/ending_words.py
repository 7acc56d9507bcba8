"""How it ended, in words: for the status page, the last message and the report alike."""

from __future__ import annotations

from redash_migration.approval.evidence.parts import Finding
from redash_migration.approval.standing.ending import CHECKS_NAMED, SHOWN, Ending
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import error_meaning, finding_lines
from redash_migration.plain_text import shortened

ANSWERS = frozenset({"ApprovalRejected", "ApprovalExpired"})
"""Endings that a person chose, or left to the time: nothing went wrong."""

CHOSEN = "WentBack"
"""A person's choice too: who, and why, is its cause."""

ASKED = "RollBackAsked"
"""The same, by the mode ``roll-back``."""

_LONGEST = 600
"""Characters of a cause."""

REFUSED = "PreflightFailed"
"""Nothing was begun, so nothing failed and nothing was taken back."""


def ended_title(texts: Texts, ending: Ending) -> str:
    """The outcome in a few words."""
    count = len(ending.failures)
    usual = texts(f"ended.{ending.status}", count=count)
    kind = texts.either(f"ended.{_kind(ending)}", usual, count=count)
    return texts.either(f"ended.{_kind(ending)}.{ending.serves}", kind, count=count)


def nothing_lost(texts: Texts, ending: Ending) -> str:
    """What was lost, and how that is known; empty where nothing can be said."""
    if ending.mode == "preflight":
        return ""
    if ending.without_new_writes:
        return texts("ended.lost.without_new_writes")
    if ending.status == "RETURNED":
        return texts("ended.lost.returned")
    if ending.serves == "old" and ending.status != "FAILED" and ending.error != REFUSED:
        return texts("ended.lost.old")
    if ending.serves == "new" and 0 < ending.tables == ending.tables_equal:
        return texts("ended.lost.none", equal=ending.tables_equal, all=ending.tables)
    return ""


def returning(texts: Texts, ending: Ending) -> list[tuple[str, str]]:
    """What users had of a return: its own pause, and those of the tries that failed, each with
    what it is called."""
    lines = []
    figures = texts.figures
    if ending.return_pause_seconds is not None and ending.serves != "nobody":
        pause = figures.duration(ending.return_pause_seconds)
        lines.append((texts("ended.return_pause"), pause))
    error, state = ending.failed_return
    if error:
        key = "ended.failed_return_value" if ending.failed_return_seconds else "ended.failed_early"
        waited = figures.duration(ending.failed_return_seconds)
        lines.append(
            (texts("ended.failed_return"), texts(key, error=error, state=state, waited=waited))
        )
    return lines


def why(texts: Texts, ending: Ending) -> str:
    """The failure; empty for a person's answer, a good end, and where the checks say it."""
    if not ending.error or ending.error in {*ANSWERS, REFUSED}:
        return ""
    # The checks are named below, with their words.
    cause = shortened(ending.cause.partition(CHECKS_NAMED)[0], _LONGEST) or "—"
    if ending.error in {CHOSEN, ASKED}:
        return cause
    return texts(
        "ended.why_value",
        meaning=error_meaning(texts, ending.error),
        error=ending.error,
        state=ending.state or "—",
        cause=cause,
    )


def failed_checks(texts: Texts, ending: Ending) -> list[str]:
    """The checks that failed, in words, each with what to do."""
    lines = [
        line
        for one in ending.failures[:SHOWN]
        for line in finding_lines(texts, Finding(one.id, one.status, one.detail, one.remedy))
    ]
    more = len(ending.failures) - SHOWN
    return [*lines, *([f"- {texts('mail.more', count=more)}"] if more > 0 else [])]


def not_taken_back(texts: Texts, ending: Ending) -> list[str]:
    """What still stands as the migration left it, in words."""
    return [f"- {texts.either(f'undo.{action}', action)}" for action in ending.not_taken_back]


def after_that(texts: Texts, ending: Ending) -> str:
    """What to do next."""
    return texts(f"ended.next.{_kind(ending)}")


def _kind(ending: Ending) -> str:
    """What kind of ending it is, the more telling before the less: the keys of its texts."""
    kinds = (
        (f"preflight.{_preflight(ending)}", ending.mode == "preflight"),
        (ending.error, _by_answer(ending)),
        (REFUSED, ending.error == REFUSED),
        ("untouched", ending.untouched),
        ("not_all_taken_back", _left_behind(ending)),
        ("unanswered", ending.unanswered),
        ("without_new_writes", ending.without_new_writes),
        (ASKED, ending.error == ASKED and ending.status == "ROLLED_BACK"),
    )
    return next((kind for kind, holds in kinds if holds), ending.status)


def _by_answer(ending: Ending) -> bool:
    """Ended by a person or by the time, and all was taken back: else somebody has to look."""
    return ending.error in ANSWERS and ending.serves == "old" and ending.status != "FAILED"


def _left_behind(ending: Ending) -> bool:
    """Users are served by the old side, but the roll-back is not complete."""
    return ending.status == "FAILED" and ending.serves == "old" and bool(ending.not_taken_back)


def _preflight(ending: Ending) -> str:
    if ending.status == "SUCCEEDED":
        return "SUCCEEDED"
    return "FAILED" if ending.error in {"", REFUSED} else "broken"
