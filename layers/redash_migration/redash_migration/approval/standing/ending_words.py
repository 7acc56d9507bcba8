"""How it ended, in words: for the status page, the last message and the report alike."""

from __future__ import annotations

from redash_migration.approval.evidence.contents import Finding
from redash_migration.approval.standing.ending import CHECKS_NAMED, SHOWN, Ending
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import finding_lines

ANSWERS = frozenset({"ApprovalRejected", "ApprovalExpired"})
"""Endings that a person chose, or left to the time: nothing went wrong."""

CHOSEN = "WentBack"
"""A person's choice too: who, and why, is its cause."""

REFUSED = "PreflightFailed"
"""Nothing was begun, so nothing failed and nothing was taken back."""


def ended_title(texts: Texts, ending: Ending) -> str:
    """The outcome in a few words."""
    if ending.mode == "preflight":
        count = len(ending.failures)
        return texts(f"ended.preflight.{_preflight(ending)}", count=count)
    if _by_answer(ending):
        return texts(f"ended.{ending.error}")
    if ending.error == REFUSED:
        return texts(f"ended.{REFUSED}", count=len(ending.failures))
    if ending.without_new_writes:
        return texts("ended.without_new_writes")
    if _left_behind(ending):
        return texts("ended.not_all_taken_back")
    special = f"ended.{ending.status}.{ending.serves}"
    return texts.either(special, texts(f"ended.{ending.status}"))


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
    if ending.status == "SUCCEEDED" and 0 < ending.tables == ending.tables_equal:
        return texts("ended.lost.none", equal=ending.tables_equal, all=ending.tables)
    return ""


def why(texts: Texts, ending: Ending) -> str:
    """The failure; empty for a person's answer, a good end, and where the checks say it."""
    if not ending.error or ending.error in {*ANSWERS, REFUSED} or ending.mode == "preflight":
        return ""
    # The checks are named below, with their words.
    cause = ending.cause.partition(CHECKS_NAMED)[0][:600] or "—"
    if ending.error == CHOSEN:
        return cause
    return texts("ended.why_value", error=ending.error, state=ending.state or "—", cause=cause)


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
    if ending.mode == "preflight":
        return texts(f"ended.next.preflight.{_preflight(ending)}")
    if _by_answer(ending):
        return texts(f"ended.next.{ending.error}")
    if ending.error == REFUSED:
        return texts("ended.next.nothing_changed")
    if _left_behind(ending):
        return texts("ended.next.not_all_taken_back")
    if ending.without_new_writes:
        return texts("ended.next.without_new_writes")
    return texts(f"ended.next.{ending.status}")


def _by_answer(ending: Ending) -> bool:
    """Ended by a person or by the time, and all was taken back: else somebody has to look."""
    return ending.error in ANSWERS and ending.serves == "old" and ending.status != "FAILED"


def _left_behind(ending: Ending) -> bool:
    """Users are served by the old side, but the roll-back is not complete."""
    return ending.status == "FAILED" and ending.serves == "old" and bool(ending.not_taken_back)


def _preflight(ending: Ending) -> str:
    return "SUCCEEDED" if ending.status == "SUCCEEDED" else "FAILED"
