"""How it ended, in words: for the status page, the last message and the report alike."""

from __future__ import annotations

from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.texts import Texts
from redash_migration.approval.texts.japanese_checks import of_kind
from redash_migration.approval.texts.japanese_failures import JAPANESE_FAILURES

ANSWERS = frozenset({"ApprovalRejected", "ApprovalExpired"})
"""Endings that a person chose, or left to the time: nothing went wrong."""

REFUSED = "PreflightFailed"
"""Nothing was begun, so nothing failed and nothing was taken back."""


def ended_title(texts: Texts, ending: Ending) -> str:
    """The outcome in a few words."""
    if ending.mode == "preflight":
        count = len(ending.failed_checks)
        return texts(f"ended.preflight.{_preflight(ending)}", count=count)
    if ending.error in ANSWERS and ending.serves == "old":
        return texts(f"ended.{ending.error}")
    if ending.error == REFUSED:
        return texts(f"ended.{REFUSED}", count=len(ending.failed_checks))
    if ending.without_new_writes:
        return texts("ended.without_new_writes")
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
    return texts(
        "ended.why_value",
        error=ending.error,
        state=ending.state or "—",
        cause=ending.cause[:600] or "—",
    )


def failed_checks(texts: Texts, ending: Ending) -> list[str]:
    """The checks that failed, by their ids; in Japanese with what each asks."""
    if texts.language != "ja":
        return list(ending.failed_checks)
    known = {name: of_kind(name, JAPANESE_FAILURES) for name in ending.failed_checks}
    return [f"{words[0]}（{name}）" if words else name for name, words in known.items()]


def after_that(texts: Texts, ending: Ending) -> str:
    """What to do next."""
    if ending.mode == "preflight":
        return texts(f"ended.next.preflight.{_preflight(ending)}")
    if ending.error in ANSWERS and ending.serves == "old":
        return texts(f"ended.next.{ending.error}")
    if ending.error == REFUSED:
        return texts("ended.next.nothing_changed")
    if ending.without_new_writes:
        return texts("ended.next.without_new_writes")
    return texts(f"ended.next.{ending.status}")


def _preflight(ending: Ending) -> str:
    return "SUCCEEDED" if ending.status == "SUCCEEDED" else "FAILED"
