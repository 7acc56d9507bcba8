"""Each rule of owner, attempts and way back, and the same code without it.

A rule that can be taken away without a violation is not tested. So each is broken here by itself,
and a run must find it (``tests/interleavings/rules/test_interleavings_rules_broken.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from redash_migration import begin, in_flight, reconcile, succession
from redash_migration.homecoming import closing
from redash_migration.record import ownership
from redash_migration.record.record import Record
from redash_migration.record.undo.undo import Undo
from tests.interleavings import minute
from tests.interleavings.focus import EVERY, Focus
from tests.interleavings.rules import broken
from tests.interleavings.steps import forward, functions, homeward, taking_back

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Break:
    """A rule, and how it is taken away."""

    rule: str
    breaks: Callable[[Patch], None]
    focus: Focus | None = None
    """Where a run has to look for it; any run may find it."""


BREAKS = {
    "anybody": Break(
        "a step asks whose migration it is",
        broken.forgotten("migration_id", "execution_arn", "phase"),
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "steps-ask-nobody": Break(
        "a step asks before its first line",
        broken.steps_ask_nobody,
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "other-execution": Break(
        "it asks for its very execution",
        broken.forgotten("execution_arn"),
        Focus(("stopped", "by name", "redriven"), "SwitchTraffic"),
    ),
    "other-way": Break(
        "it asks which way the migration goes",
        broken.forgotten("phase"),
        Focus(("runs into a time limit",), hangs=("StartTarget", 1)),
    ),
    "entries-ask-nobody": Break(
        "an undo entry is written by the owner alone",
        broken.entries_ask_nobody,
        Focus(("hangs", "runs into a time limit"), hangs=("CopySchema", 1)),
    ),
    "switch-asks-nobody": Break(
        "the switch is noted by the owner alone",
        lambda p: p.setattr(Record, "switch_begins", lambda self: self.milestone("switch_began")),
        Focus(("stopped", "by name"), "SwitchTraffic", hangs=("SwitchTraffic", 5)),
    ),
    "latest-record-wins": Break("the first record of a change wins", broken.latest_record_wins),
    "nobody-waited-for": Break(
        "what is at work is waited for",
        broken.never_ready,
        Focus(("runs into a time limit",), "StartTarget", hangs=("StartTarget", 6)),
    ),
    "commands-left": Break(
        "commands on the host are ended",
        lambda p: p.setattr(taking_back, "end_commands", lambda *_, **__: 0),
    ),
    "commands-ended-once": Break(
        "commands are ended once more when nothing is at work",
        lambda p: p.setattr(in_flight.Standstill, "__init__", broken.without_afterwards()),
        Focus(("hangs", "runs into a time limit"), "StopServices", slow=True),
    ),
    "late-run-closes": Break(
        "no run closes the door once a switch has begun",
        lambda p: p.setattr(forward, "before_the_switch", lambda _: None),
        Focus(("retries",), "StopServices", sleep=120, hangs=("StopServices", 1)),
    ),
    "switch-not-alone": Break(
        "a switch waits for runs that could close the door",
        lambda p: p.setattr(forward, "alone", lambda *_, **__: None),
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
        lambda p: p.setattr(reconcile, "_begin_anew", broken.once_only()),
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
        lambda p: p.setattr(taking_back, "at_its_end", lambda _: True),
    ),
    "running-ignored": Break(
        "Begin refuses while an execution of it runs",
        lambda p: p.setattr(functions, "begin", broken.nobody_runs()),
    ),
    "older-one": Break(
        "only the last migration is taken back",
        lambda p: p.setattr(begin, "may_go_back_by_itself", broken.any_migration()),
        Focus(("another", "by name", "stopped"), "StopServices"),
    ),
    "kept-one": Break(
        "what was kept is not taken back",
        lambda p: p.setattr(begin, "may_go_back_by_itself", broken.kept_too()),
    ),
    "unasked-after-the-switch": Break(
        "after the switch the approvers are asked",
        lambda p: p.setattr(succession, "served_by_new_home", lambda *_: False),
        Focus(("stopped", "by name"), "SwitchTraffic"),
    ),
    "home-without-a-switch": Break(
        "nobody is led home from where nobody was sent",
        lambda p: p.setattr(Record, "turn", broken.turn_home_anyway()),
        Focus(
            ("runs into a time limit", "stopped"),
            "SwitchTraffic",
            sleep=60,
            hangs=("SwitchTraffic", 7),
            answers=1,
            refused=True,
        ),
    ),
    "seen-late": Break(
        "a switch that is seen late not to be made is taken back, though people were asked",
        lambda p: p.setattr(minute, "guard_confirmation", lambda *_: False),
        Focus(
            ("runs into a time limit",),
            "SwitchTraffic",
            hangs=("SwitchTraffic", 8),
            answers=0,
            refused=True,
        ),
    ),
    "kept-and-returned": Break(
        "what was kept is finished without a return",
        lambda p: p.setattr(begin, "was_kept", lambda *_: False),
        Focus(("stopped", "finish by name", "reconciler"), "CleanUp"),
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
        broken.take_without_looking,
        Focus(("another", "stopped", "redriven"), sleep=20, hangs=("Begin", 4)),
    ),
    "switch-elsewhere": Break(
        "a switch is noted where the way back is decided",
        lambda p: p.setattr(ownership, "_as_seen", broken.without_the_switch()),
        Focus(("stopped", "by name"), "SwitchTraffic", hangs=("Begin", 5)),
    ),
    "a-return-is-called-ended": Break(
        "a return has not ended while nobody is served",
        lambda p: p.setattr(taking_back, "at_its_end", broken.by_milestones),
        Focus(("source away", "dies", "runs into a time limit"), "CloseNewHome"),
    ),
    "back-by-name-in-a-return": Break(
        "a return that is half-way is led forward before anybody is asked",
        lambda p: p.setattr(begin, "may_go_back_by_itself", broken.in_a_return_too()),
        Focus(("stopped", "by name"), "CloseNewHome"),
    ),
    "home-from-the-way-back": Break(
        "nothing leads on from being taken back",
        broken.from_the_way_back,
        Focus(("stopped", "return by name"), "RollBack"),
    ),
    "asked-again-at-home": Break(
        "nobody is asked whether to keep the new home once users have left it",
        lambda p: p.setattr(succession, "turned", lambda _: False),
        Focus(("stopped", "by name"), "SwitchBack"),
    ),
    "closed-behind-users": Break(
        "no run closes the new home once users are led home",
        lambda p: p.setattr(homeward, "before_users_are_home", lambda _: None),
        Focus(("retries",), "CloseNewHome", sleep=120, hangs=("CloseNewHome", 1)),
    ),
    "home-not-alone": Break(
        "who leads users home waits for runs that could close the door",
        lambda p: p.setattr(homeward, "alone", lambda *_, **__: None),
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
        lambda p: p.setattr(in_flight.Standstill, "quiet", lambda *_, **__: True),
        Focus(("runs into a time limit",), "CloseNewHome", hangs=("CloseNewHome", 7)),
    ),
    "still-led-forward": Break(
        "a return is over only when nothing leads it forward again any more",
        lambda p: p.setattr(taking_back, "leads_alone", lambda *_, **__: True),
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
        lambda p: p.setattr(closing, "attempt", broken.at_work_unnoticed),
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
        lambda p: p.setattr(taking_back, "turned", lambda _: False),
        Focus(("runs into a time limit",), "SwitchBack", hangs=("SwitchBack", 5)),
    ),
    "back-over-a-switch": Break(
        "nothing turns back over a switch by itself",
        lambda p: p.setattr(Record, "turn", broken.turn()),
        Focus(("runs into a time limit",), "SwitchTraffic", hangs=("SwitchTraffic", 4)),
    ),
}
