"""Each rule of owner, attempts and way back, and the same code without it.

A rule that can be taken away without a violation is not tested. So each is broken here by itself,
and a run must find it (``tests/interleavings/test_interleavings_rules_broken.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from redash_migration import begin, in_flight, reconcile, step, succession
from redash_migration.homecoming import closing
from redash_migration.record import ownership
from redash_migration.record.attempts import Attempts
from redash_migration.record.owner import PHASES, Acting, Owner
from redash_migration.record.record import Record
from redash_migration.record.table import Condition
from redash_migration.record.undo.entry import message_of
from redash_migration.record.undo.undo import Undo
from redash_migration.rollback.ending import served
from tests.interleavings import functions
from tests.interleavings.run import EVERY, Focus

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Break:
    """A rule, and how it is taken away."""

    rule: str
    breaks: Callable[[Patch], None]
    focus: Focus | None = None
    """Where a run has to look for it; any run may find it."""


class _Anybody(Acting):
    """Asks for nothing."""

    __slots__ = ()

    def condition(self, **notes: str) -> Condition:
        return Condition("OWNER", "OWNER", {})


_ANYBODY = _Anybody("", "", PHASES)


def _forgotten(*names: str) -> Callable[[Patch], None]:
    kept = Acting.condition

    def condition(self: Acting) -> Condition:
        whole = kept(self)
        left = {key: value for key, value in whole.expected.items() if key not in names}
        return replace(whole, expected=left)

    return lambda patch: patch.setattr(Acting, "condition", condition)


def _steps_ask_nobody(patch: Patch) -> None:
    kept = Attempts.begin

    def asked(self: Attempts, acting: Acting, *rest: Any, **more: Any) -> Any:
        return kept(self, _ANYBODY, *rest, **more)

    patch.setattr(Attempts, "begin", asked)


def _entries_ask_nobody(patch: Patch) -> None:
    kept = Undo.add

    def add(self: Undo, *rest: Any, **more: Any) -> None:
        asked, self._acting = self._acting, _ANYBODY
        try:
            kept(self, *rest, **more)
        finally:
            self._acting = asked

    patch.setattr(Undo, "add", add)


def _latest_record_wins(patch: Patch) -> None:
    """Each time an entry is asked for it is written anew, with the state that is found then."""
    kept = Undo.add

    def add(self: Undo, action: str, arguments: Any, **more: Any) -> None:
        kept(self, action, arguments, **more)
        key = f"{self._prefix}{action}#{more.get('key', '')}"
        item = {**(self._table.get(self._pk, key) or {}), "arguments": json.dumps(dict(arguments))}
        seal = self._seals().entry(message_of(self._id, key, item))
        values = {"arguments": item["arguments"], "state": "PENDING", "seal": seal}
        self._table.update(self._pk, key, values=values)

    patch.setattr(Undo, "add", add)


def _never_ready(patch: Patch) -> None:
    patch.setattr(in_flight.Ending, "ready", lambda *_: True)


def _without_afterwards() -> Callable[..., None]:
    kept = in_flight.Ending.__init__

    def made(self: Any, *rest: Any, afterwards: Any, **more: Any) -> None:
        kept(self, *rest, **more)

    return made


def _once_only() -> Callable[..., None]:
    kept = reconcile._begin_anew

    def begin_anew(record: Record, *rest: Any) -> None:
        if record.fact("roll_back") is None:
            kept(record, *rest)

    return begin_anew


def _nobody_runs() -> Callable[..., bool]:
    return lambda *rest, **more: begin.begin(*rest, **{**more, "is_running": lambda _: False})


def _any_migration() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        same = None if seen is None else replace(seen, migration_id=migration_id)
        return kept(same, migration_id, record)

    return may


def _kept_too() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        milestones = record.milestones()
        return "kept" in milestones or kept(seen, migration_id, record)

    return may


def _without_the_switch() -> Callable[..., Any]:
    kept = ownership._as_seen

    def as_seen(seen: Owner | None) -> Any:
        whole = kept(seen)
        whole.pop("switched", None)
        return whole

    return as_seen


def _by_milestones(record: Record) -> bool:
    """Whether anything has ended by what is noted of the way there."""
    if record.phase() == "back":
        return served(record)
    noted = set(record.milestones())
    return "pause_began" not in noted or bool({"pause_ended", "reopened"} & noted)


def _in_a_return_too() -> Callable[..., bool]:
    kept = succession.may_go_back_by_itself

    def may(seen: Owner | None, migration_id: str, record: Record) -> bool:
        phase: Any = "forward" if seen is not None and seen.phase == "return" else None
        return kept(replace(seen, phase=phase) if seen and phase else seen, migration_id, record)

    return may


def _by_its_milestone(record: Record, _owner: Owner) -> bool:
    milestones = set(record.milestones())
    return "switch_began" in milestones and not {"reopened", "rolled_back"} & milestones


def _from_the_way_back(patch: Patch) -> None:
    """Two rules hold it: the phase, and that no switch stands any more."""
    patch.setattr(begin, "refuse_what_can_not_follow", _from_the_way_back_too())
    patch.setattr(succession, "served_by_new_home", _by_its_milestone)


def _from_the_way_back_too() -> Callable[..., None]:
    kept = succession.refuse_what_can_not_follow

    def refuse(request: Any, seen: Owner | None, *rest: Any) -> None:
        back = seen is not None and seen.phase == "back"
        kept(request, replace(seen, phase="forward") if seen and back else seen, *rest)

    return refuse


def _turn() -> Callable[..., None]:
    kept = Record.turn
    return lambda self, phase, **_: kept(self, phase)


def _at_work_unnoticed(*rest: Any, service: bool) -> Any:
    """Nobody waits for it."""
    return step.attempt(*rest, service=False)


def _take_without_looking(patch: Patch) -> None:
    patch.setattr("redash_migration.record.ownership._as_seen", lambda _: {})


BREAKS = {
    "anybody": Break(
        "a step asks whose migration it is",
        _forgotten("migration_id", "execution_arn", "phase"),
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "steps-ask-nobody": Break(
        "a step asks before its first line",
        _steps_ask_nobody,
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "other-execution": Break(
        "it asks for its very execution",
        _forgotten("execution_arn"),
        Focus(("stopped", "by name", "redriven"), "SwitchTraffic"),
    ),
    "other-way": Break(
        "it asks which way the migration goes",
        _forgotten("phase"),
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "entries-ask-nobody": Break(
        "an undo entry is written by the owner alone",
        _entries_ask_nobody,
        Focus(("hangs", "runs into a time limit"), hangs=("CopySchema", 1)),
    ),
    "switch-asks-nobody": Break(
        "the switch is noted by the owner alone",
        lambda p: p.setattr(Record, "switch_begins", lambda self: self.milestone("switch_began")),
        Focus(("stopped", "by name"), "SwitchTraffic", hangs=("SwitchTraffic", 5)),
    ),
    "latest-record-wins": Break("the first record of a change wins", _latest_record_wins),
    "nobody-waited-for": Break(
        "what is at work is waited for",
        _never_ready,
        Focus(("runs into a time limit",), "StartTarget", hangs=("StartTarget", 6)),
    ),
    "commands-left": Break(
        "commands on the host are ended",
        lambda p: p.setattr(functions, "end_commands", lambda *_, **__: 0),
    ),
    "commands-ended-once": Break(
        "commands are ended once more when nothing is at work",
        lambda p: p.setattr(in_flight.Ending, "__init__", _without_afterwards()),
        Focus(("hangs", "runs into a time limit"), "StopServices", slow=True),
    ),
    "late-run-closes": Break(
        "no run closes the door once a switch has begun",
        lambda p: p.setattr(functions, "before_the_switch", lambda _: None),
        Focus(("retries",), "StopServices", sleep=120, hangs=("StopServices", 1)),
    ),
    "switch-not-alone": Break(
        "a switch waits for runs that could close the door",
        lambda p: p.setattr(functions, "alone", lambda *_, **__: None),
        Focus(("retries",), "StopServices", sleep=120, hangs=("StopServices", 6)),
    ),
    "never-again": Break(
        "what was put off comes again with the next roll-back",
        lambda p: p.setattr(Undo, "try_again", lambda _: None),
    ),
    "one-round": Break(
        "two rounds agree that an execution is gone",
        lambda p: p.setattr(reconcile, "_seen_gone_before", lambda *_: True),
        Focus(("reconciler", "stopped", "redriven"), "StopServices"),
    ),
    "once-only": Break(
        "a roll-back that died is begun again",
        lambda p: p.setattr(reconcile, "_begin_anew", _once_only()),
        Focus(
            (
                "reconciler",
                "stopped",
            ),
            "StopServices",
        ),
    ),
    "milestone-believed": Break(
        "the owner's item tells whether a switch stands",
        lambda p: p.setattr(Record, "switch_stands", lambda s: "switch_began" in s.milestones()),
        Focus(("stopped",), "SwitchTraffic", refused=True),
    ),
    "not-made-for-others": Break(
        "what one run has seen of a switch is not said for another run of it",
        lambda p: p.setattr(
            Record, "switch_not_made", lambda s, _: s._note_switch({}, switched="")
        ),
        Focus(("retries", "stopped", "reconciler"), "SwitchTraffic", refused=True),
    ),
    "ended-anyway": Break(
        "nothing has ended while nobody is served",
        lambda p: p.setattr(functions, "at_its_end", lambda _: True),
    ),
    "running-ignored": Break(
        "Begin refuses while an execution of it runs",
        lambda p: p.setattr(functions, "begin", _nobody_runs()),
    ),
    "older-one": Break(
        "only the last migration is taken back",
        lambda p: p.setattr(begin, "may_go_back_by_itself", _any_migration()),
        Focus(("another", "by name", "stopped"), "StopServices"),
    ),
    "kept-one": Break(
        "what was kept is not taken back",
        lambda p: p.setattr(begin, "may_go_back_by_itself", _kept_too()),
    ),
    "unasked-after-the-switch": Break(
        "after the switch the approvers are asked",
        lambda p: p.setattr(succession, "served_by_new_home", lambda *_: False),
        Focus(("stopped", "by name"), "SwitchTraffic"),
    ),
    "return-without-a-switch": Break(
        "nobody returns from where nobody was sent",
        lambda p: p.setattr(succession, "served_by_new_home", _by_its_milestone),
        Focus(("stopped", "return by name"), "SwitchTraffic", refused=True),
    ),
    "beside": Break(
        "nobody begins beside an unfinished migration",
        lambda p: p.setattr(begin, "refuse_beside", lambda *_: None),
    ),
    "no-second-look": Break(
        "Begin looks again once it is the owner",
        lambda p: p.setattr(begin, "_look_again", lambda *_: None),
        Focus(("stopped", "another", "hangs"), sleep=20, hangs=("Begin", 4)),
    ),
    "take-blindly": Break(
        "who takes over has seen whom it replaces",
        _take_without_looking,
        Focus(("another", "stopped", "redriven"), sleep=20, hangs=("Begin", 4)),
    ),
    "switch-elsewhere": Break(
        "a switch is noted where the way back is decided",
        lambda p: p.setattr(ownership, "_as_seen", _without_the_switch()),
        Focus(("stopped", "by name"), "SwitchTraffic", hangs=("Begin", 5)),
    ),
    "a-return-is-called-ended": Break(
        "a return has not ended while nobody is served",
        lambda p: p.setattr(functions, "at_its_end", _by_milestones),
        Focus(("source away", "dies", "runs into a time limit"), "CloseNewHome"),
    ),
    "back-by-name-in-a-return": Break(
        "a return that is half-way is led forward before anybody is asked",
        lambda p: p.setattr(begin, "may_go_back_by_itself", _in_a_return_too()),
        Focus(("stopped", "by name"), "CloseNewHome"),
    ),
    "home-from-the-way-back": Break(
        "nothing leads on from being taken back",
        _from_the_way_back,
        Focus(("stopped", "return by name"), "RollBack"),
    ),
    "asked-again-at-home": Break(
        "nobody is asked whether to keep the new home once users have left it",
        lambda p: p.setattr(succession, "turned", lambda _: False),
        Focus(("stopped", "by name"), "SwitchBack"),
    ),
    "closed-behind-users": Break(
        "no run closes the new home once users are led home",
        lambda p: p.setattr(functions, "before_users_are_home", lambda _: None),
        Focus(("retries",), "CloseNewHome", sleep=120, hangs=("CloseNewHome", 1)),
    ),
    "home-not-alone": Break(
        "who leads users home waits for runs that could close the door",
        lambda p: p.setattr(functions, "alone", lambda *_, **__: None),
        Focus(("retries",), "CloseNewHome", sleep=120, hangs=("CloseNewHome", 5)),
    ),
    "late-in-a-return": Break(
        "no step of a return begins once it is led forward again",
        lambda p: p.setattr(Record, "lead_forward", lambda _: None),
        Focus(("runs into a time limit",), "CloseNewHome", sleep=20, hangs=("CloseNewHome", 0)),
    ),
    "late-before-it-turned": Break(
        "no step of a return that was given up before it turned turns the migration",
        lambda p: p.setattr(ownership, "_leads_on", lambda *_: False),
        Focus(
            ("runs into a time limit",), "EndReplication", hangs=("EndReplication", 2), answers=1
        ),
    ),
    "forward-beside-a-return": Break(
        "a return's steps are waited for before it is led forward again",
        lambda p: p.setattr(in_flight.Ending, "quiet", lambda *_, **__: True),
        Focus(("runs into a time limit",), "CloseNewHome", hangs=("CloseNewHome", 7)),
    ),
    "still-led-forward": Break(
        "a return is over only when nothing leads it forward again any more",
        lambda p: p.setattr(functions, "leads_alone", lambda *_, **__: True),
        Focus(
            ("retries", "runs into a time limit"),
            "CloseNewHome",
            sleep=200,
            hangs=("GoForward", 14),
        ),
    ),
    "left-open": Break(
        "the minute closes an old side that a return which failed had to leave open",
        lambda p: p.setattr(closing, "left_open", lambda _: False),
        Focus(("runs into a time limit",), "StartOldServices", answers=1, away=True),
    ),
    "closed-beside-a-return": Break(
        "no return begins while the minute closes what an earlier one had left open",
        lambda p: p.setattr(closing, "attempt", _at_work_unnoticed),
        Focus(
            ("runs into a time limit",),
            "StartOldServices",
            hangs=("MeasureCutover", 4),
            thinks=EVERY,
            away=True,
        ),
    ),
    "forward-from-home": Break(
        "nobody is led forward again from home",
        lambda p: p.setattr(functions, "turned", lambda _: False),
        Focus(("runs into a time limit",), "SwitchBack", hangs=("SwitchBack", 5)),
    ),
    "back-over-a-switch": Break(
        "nothing turns back over a switch by itself",
        lambda p: p.setattr(Record, "turn", _turn()),
        Focus(("runs into a time limit",), "SwitchTraffic", hangs=("SwitchTraffic", 4)),
    ),
}
