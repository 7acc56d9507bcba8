"""The code without one of its rules, as a patch or as what stands in for a function."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from redash_migration import begin, in_flight, reconcile, step, succession
from redash_migration.record import ownership
from redash_migration.record.attempts import Attempts
from redash_migration.record.owner import PHASES, Acting, Owner
from redash_migration.record.record import Record
from redash_migration.record.table import Condition
from redash_migration.record.undo.entry import message_of
from redash_migration.record.undo.undo import Undo
from redash_migration.rollback.end import served

Patch = pytest.MonkeyPatch


class _Anybody(Acting):
    """Asks for nothing."""

    __slots__ = ()

    def condition(self, **notes: str) -> Condition:
        return Condition("OWNER", "OWNER", {})


_ANYBODY = _Anybody("", "", PHASES)


def forgotten(*names: str) -> Callable[[Patch], None]:
    kept = Acting.condition

    def condition(self: Acting) -> Condition:
        whole = kept(self)
        left = {key: value for key, value in whole.expected.items() if key not in names}
        return replace(whole, expected=left)

    return lambda patch: patch.setattr(Acting, "condition", condition)


def steps_ask_nobody(patch: Patch) -> None:
    kept = Attempts.begin

    def asked(self: Attempts, acting: Acting, *rest: Any, **more: Any) -> Any:
        return kept(self, _ANYBODY, *rest, **more)

    patch.setattr(Attempts, "begin", asked)


def entries_ask_nobody(patch: Patch) -> None:
    kept = Undo.add

    def add(self: Undo, *rest: Any, **more: Any) -> None:
        asked, self._acting = self._acting, _ANYBODY
        try:
            kept(self, *rest, **more)
        finally:
            self._acting = asked

    patch.setattr(Undo, "add", add)


def latest_record_wins(patch: Patch) -> None:
    """Each time an entry is asked for it is written anew, with the state that is found then."""
    kept = Undo.add

    def add(self: Undo, action: str, arguments: Any, **more: Any) -> None:
        kept(self, action, arguments, **more)
        key = f"{self._prefix}{action}#{more.get('key', '')}"
        item = {**(self._table.get(self._pk, key) or {}), "arguments": json.dumps(dict(arguments))}
        seal = self.seals().entry(message_of(self._id, key, item))
        values = {"arguments": item["arguments"], "state": "PENDING", "seal": seal}
        self._table.update(self._pk, key, values=values)

    patch.setattr(Undo, "add", add)


def never_ready(patch: Patch) -> None:
    patch.setattr(in_flight.Standstill, "ready", lambda *_: True)


def without_afterwards() -> Callable[..., None]:
    kept = in_flight.Standstill.__init__

    def made(self: Any, *rest: Any, afterwards: Any, **more: Any) -> None:
        kept(self, *rest, **more)

    return made


def once_only() -> Callable[..., None]:
    kept = reconcile._begin_anew

    def begin_anew(record: Record, *rest: Any) -> None:
        if record.fact("roll_back") is None:
            kept(record, *rest)

    return begin_anew


def nobody_runs() -> Callable[..., bool]:
    return lambda *rest, **more: begin.begin(*rest, **{**more, "is_running": lambda _: False})


def any_migration() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        same = None if seen is None else replace(seen, migration_id=migration_id)
        return kept(same, migration_id, record)

    return may


def kept_too() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        milestones = record.milestones()
        return "kept" in milestones or kept(seen, migration_id, record)

    return may


def without_the_switch() -> Callable[..., Any]:
    kept = ownership._as_seen

    def as_seen(seen: Owner | None) -> Any:
        whole = kept(seen)
        whole.pop("switched", None)
        return whole

    return as_seen


def by_milestones(record: Record) -> bool:
    """Whether anything has ended by what is noted of the way there."""
    if record.phase() == "back":
        return served(record)
    noted = set(record.milestones())
    return "pause_began" not in noted or bool({"pause_ended", "reopened"} & noted)


def in_a_return_too() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        phase: Any = "forward" if seen is not None and seen.phase == "return" else None
        return kept(replace(seen, phase=phase) if seen and phase else seen, migration_id, record)

    return may


def by_its_milestone(record: Record, _owner: Owner) -> bool:
    milestones = set(record.milestones())
    return "switch_began" in milestones and not {"reopened", "rolled_back"} & milestones


def from_the_way_back(patch: Patch) -> None:
    """Two rules hold it: the phase, and that no switch stands any more."""
    patch.setattr(begin, "refuse_what_can_not_follow", from_the_way_back_too())
    patch.setattr(succession, "served_by_new_home", by_its_milestone)


def from_the_way_back_too() -> Callable[..., None]:
    kept = succession.refuse_what_can_not_follow

    def refuse(request: Any, seen: Owner | None, *rest: Any) -> None:
        back = seen is not None and seen.phase == "back"
        kept(request, replace(seen, phase="forward") if seen and back else seen, *rest)

    return refuse


def turn() -> Callable[..., None]:
    kept = Record.turn
    return lambda self, phase, **_: kept(self, phase)


def turn_home_anyway() -> Callable[..., None]:
    kept = Record.turn
    return lambda self, phase, **more: kept(self, phase, **{**more, "if_switched": False})


def at_work_unnoticed(*rest: Any, service: bool) -> Any:
    """Nobody waits for it."""
    return step.attempt(*rest, service=False)


def take_without_looking(patch: Patch) -> None:
    patch.setattr("redash_migration.record.ownership._as_seen", lambda _: {})
