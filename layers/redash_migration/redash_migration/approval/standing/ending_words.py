"""How it ended, in words: for the status page, the last message and the report alike."""

from __future__ import annotations

from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.texts import Texts

ANSWERS = frozenset({"ApprovalRejected", "ApprovalExpired"})
"""Endings that a person chose, or left to the time: nothing went wrong."""


def ended_title(texts: Texts, ending: Ending) -> str:
    """The outcome in a few words."""
    if ending.mode == "preflight":
        count = len(ending.failed_checks)
        return texts(f"ended.preflight.{_preflight(ending)}", count=count)
    if ending.error in ANSWERS and ending.serves == "old":
        return texts(f"ended.{ending.error}")
    special = f"ended.{ending.status}.{ending.serves}"
    return texts.either(special, texts(f"ended.{ending.status}"))


def nothing_lost(texts: Texts, ending: Ending) -> str:
    """What was lost, and how that is known; empty where nothing can be said."""
    if ending.mode == "preflight":
        return ""
    if ending.serves == "old" and ending.status != "FAILED":
        return texts("ended.lost.old")
    if ending.status == "SUCCEEDED" and 0 < ending.tables == ending.tables_equal:
        return texts("ended.lost.none", equal=ending.tables_equal, all=ending.tables)
    return ""


def why(texts: Texts, ending: Ending) -> str:
    """The failure; empty for a person's answer and for a good end."""
    if not ending.error or ending.error in ANSWERS or ending.mode == "preflight":
        return ""
    return texts(
        "ended.why_value",
        error=ending.error,
        state=ending.state or "—",
        cause=ending.cause[:600] or "—",
    )


def after_that(texts: Texts, ending: Ending) -> str:
    """What to do next."""
    if ending.mode == "preflight":
        return texts(f"ended.next.preflight.{_preflight(ending)}")
    if ending.error in ANSWERS and ending.serves == "old":
        return texts(f"ended.next.{ending.error}")
    if ending.status == "FAILED" and ending.error == "PreflightFailed":
        return texts("ended.next.nothing_changed")
    return texts(f"ended.next.{ending.status}")


def _preflight(ending: Ending) -> str:
    return "SUCCEEDED" if ending.status == "SUCCEEDED" else "FAILED"
