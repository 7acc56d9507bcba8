"""Which steps may not act beside each other, and which of them waits or comes too late."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redash_migration.errors import NotTheOwner, TransientFailure
from redash_migration.in_flight import (
    FORWARD_AGAIN,
    LEADING,
    Died,
    Patience,
    Sleep,
    at_work,
    unknown,
)
from redash_migration.record import Record
from redash_migration.record.attempts import Attempt
from redash_migration.record.whereabouts import SWITCHING

if TYPE_CHECKING:
    pass


SWITCHING_BACK = "SwitchBack"


def before_the_switch(record: Record) -> None:
    """NotTheOwner for a run of a closing step that comes when the switch has begun.

    With ``alone`` each notes its attempt first and looks for the other's then, so that a run that
    hung, or was sent twice, never closes the door through which users have gone.
    """
    if any(record.attempts.ever(state) for state in SWITCHING):
        raise NotTheOwner(f"{record.migration_id}: the switch has begun; this run comes too late")


def alone(
    record: Record, seconds: float, *, died: Died = unknown, sleep: Sleep = time.sleep
) -> None:
    """Wait until no run of a step that decides who is served is at work but the switch's own.

    TransientFailure when that takes longer than so many seconds.
    """
    own = (*SWITCHING, SWITCHING_BACK)
    others = Patience(record, seconds, died, sleep).left_of(
        lambda: [one for one in at_work(record, service=True) if one.state not in own]
    )
    if others:
        raise TransientFailure(f"{others[0].state} may be at work until {others[0].deadline}")


def turn_to_return(
    record: Record, seconds: float, *, died: Died = unknown, sleep: Sleep = time.sleep
) -> None:
    """A return begins: from here on its steps may act, and nothing else that changes who is served.

    A switch that hung, or what leads out of an earlier return, is waited for; TransientFailure
    where it does not end within so many seconds, SwitchNotMade where it turns out that users were
    never there. NotTheOwner for a run that hung since before an earlier return was led forward
    again. Whatever leads forward and begins later sees when the migration turned
    (``Record.not_since``).
    """
    since = record.not_since("forward")
    patience = Patience(record, seconds, died, sleep)
    for _ in range(2):  # before the turn, and whoever began meanwhile
        busy = patience.left_of(
            lambda: [
                one for one in record.attempts.unfinished() if one.service or one.state in LEADING
            ]
        )
        if busy:
            raise TransientFailure(f"{busy[0].state} may be at work until {busy[0].deadline}")
        record.turn("return", if_switched=True, since=since)


def leads_alone(
    record: Record, seconds: float, *, died: Died = unknown, sleep: Sleep = time.sleep
) -> bool:
    """Whether no run but the caller's is at work any more that leads a return forward again.

    Only then the return is over: one that hung would do its deed once more after the migration has
    gone another way, back or to its end. None begins later that finds anything to do. False when
    it takes longer than so many seconds.
    """

    def others() -> list[Attempt]:
        runs = [one for one in record.attempts.unfinished() if one.state in FORWARD_AGAIN]
        return runs if len(runs) > 1 else []

    return not Patience(record, seconds, died, sleep).left_of(others)
