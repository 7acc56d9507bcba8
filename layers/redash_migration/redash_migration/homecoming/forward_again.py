"""A return that failed before users were sent home: what was recorded leads forward again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redash_migration.clock import moment, stamp
from redash_migration.errors import RollBackIncomplete
from redash_migration.homecoming.facts import (
    FAILED_FACT,
    FAILED_PAUSES_FACT,
    LEFT_OPEN_FACT,
    PAUSE_FACT,
)
from redash_migration.record import Check, Record, UndoEntry

CLOSING = "close_old_side"

REMEDY = (
    "Stop Redash on the old host, and see that nobody writes to the old database: "
    "once somebody has, a return is no longer possible."
)


def note_failure(record: Record, failure: Mapping[str, str] | None) -> None:
    """Keep what ended a return, a name, a cause and a state; nothing where nothing failed.

    Where several steps were at work beside each other, the state is that of the one that failed.
    """
    if failure is None:
        return
    steps = record.steps.all()
    failed = [step for step in steps if step.status == "FAILED"]
    state = str(failure.get("state", ""))
    if failed and state not in {step.name for step in steps}:
        last = max(failed, key=lambda step: moment(step.started_at).timestamp() + step.seconds)
        state = last.name
    record.put_fact(FAILED_FACT, {**failure, "state": state})


def note_open_again(record: Record) -> None:
    """Note when a return that failed let users in again on the new side; the first time counts."""
    pause = record.fact(PAUSE_FACT) or {}
    if "began" in pause and "led_forward" not in pause:
        record.put_fact(PAUSE_FACT, {**pause, "led_forward": stamp(record.clock())})


def is_forward(record: Record) -> None:
    """Note the end of the way forward; RollBackIncomplete names what could not be taken back.

    What was only put off, because the old host or its database does not answer, holds nobody up:
    users are served on the new side, and whoever decides anew is told.
    """
    failed = [entry for entry in record.undo.all() if entry.state == "FAILED"]
    if failed:
        raise RollBackIncomplete(
            "; ".join(
                f"{entry.action} {entry.key}: {entry.error} (do it by hand: {entry.arguments})"
                for entry in failed
            )[:4000]
        )
    left = [entry for entry in record.undo.all() if entry.state == "PENDING"]
    said, others = _said(left), [one for one in left if one.action != CLOSING]
    if len(others) < len(left):
        # The minute's look closes it as soon as it answers (closing.py).
        record.put_fact(LEFT_OPEN_FACT, {"since": stamp(record.clock()), "others": _said(others)})
    elif record.fact(LEFT_OPEN_FACT):
        record.put_fact(LEFT_OPEN_FACT, {})
    record.checks.put(
        Check("taken_back", "WARN", f"not yet: {said}"[:2000], REMEDY)
        if left
        else Check("taken_back", "PASS", "the old side is closed again")
    )
    _note_pause(record)
    record.audit("forward_again", **_named(record.fact(FAILED_FACT)))


def _said(left: Sequence[UndoEntry]) -> str:
    return "; ".join(f"{entry.action} {entry.key}: {entry.error}" for entry in left)


def _named(fact: dict[str, Any] | None) -> dict[str, str]:
    return {} if fact is None else {"because": str(fact.get("name", ""))}


def _note_pause(record: Record) -> None:
    """This try's pause goes to those of the tries that failed: the next one begins its own."""
    pause = record.fact(PAUSE_FACT)
    if not pause:
        return
    facts: dict[str, dict[str, Any]] = {PAUSE_FACT: {}}
    if "began" in pause:
        ended = pause.get("led_forward") or stamp(record.clock())
        earlier = (record.fact(FAILED_PAUSES_FACT) or {}).get("pauses", [])
        mine = {"began": pause["began"], "ended": ended}
        facts[FAILED_PAUSES_FACT] = {"pauses": [*earlier, mine]}
    record.put_facts(facts)
