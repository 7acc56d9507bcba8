"""Users are home: what would lead forward again is over."""

from __future__ import annotations

from redash_migration.clock import stamp
from redash_migration.errors import NotTheOwner
from redash_migration.homecoming.facts import EARLIER_SWITCH_FACT, PAUSE_FACT
from redash_migration.record import Record


def turned(record: Record) -> bool:
    """Whether users have been sent home, or may have been: then nothing leads forward again."""
    return _switched_back(record) in {"begun", "made"}


def at_home(record: Record) -> bool:
    """Whether users were seen served at home."""
    return _switched_back(record) == "made"


def _switched_back(record: Record) -> str:
    """By the owner's item alone: a fact is any function's word."""
    noted = record.switched_back()
    if noted is not None:
        return noted
    return str((record.fact(EARLIER_SWITCH_FACT) or {}).get("state", ""))


def before_users_are_home(home: Record) -> None:
    """NotTheOwner for a run that closes the new home when users are led home already.

    A return that failed may be tried again, so what counts is whether its switch is at work or was
    made, not whether there ever was one.
    """
    working = any(one.state == "SwitchBack" for one in home.attempts.unfinished())
    if working or turned(home):
        raise NotTheOwner(f"{home.migration_id}: users are led home; this run comes too late")


def arrived(record: Record, at: str = "") -> None:
    """Note that users are served at home, now or at a time known, and the end of their pause.

    `record` is the return's. Of its undo list only the fence is left, which is lifted by who puts
    the new database's tables aside. Safe to repeat.
    """
    record.note_home("made")
    pause = record.fact(PAUSE_FACT) or {}
    if "began" in pause and "ended" not in pause:
        record.put_fact(PAUSE_FACT, {**pause, "ended": at or stamp(record.clock())})
    for entry in record.undo.proved():
        if entry.state == "PENDING" and not entry.forged and entry.action != "lift_fence":
            record.undo.done(entry)
