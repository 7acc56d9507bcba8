"""What the way forward has set in motion, ended before anything of it is taken back.

A command on the old host, a function that is still at work, a session in a database: each could
do its work once more after that was undone. None of the three can be told to stop for certain, so
each is asked and then waited for: a command until Run Command says it has ended, a function until
its attempt is closed or its time is over, a session until the server has forgotten it.

A function that crashed or ran out of memory closes nothing. That its process is gone is known for
certain where the execution's history holds Lambda's own word for this very request; only then it
is waited for no longer. A time limit, a lost answer or an aborted execution proves nothing of the
kind: the function may be at work still.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from redash_migration.host.command import PENDING
from redash_migration.record import Record, UndoEntry
from redash_migration.record.attempts import Attempt

if TYPE_CHECKING:
    from redash_migration.adapters.ssm import RunCommand

FORWARD_AGAIN = frozenset({"GoForward", "GoForwardDatabase"})
"""States that take a return back."""

WAY_BACK = FORWARD_AGAIN | {"RollBack", "RollBackDatabase", "Report"}
"""States that take back, a return too: those of one direction may stand beside each other, since
each deed of theirs converges on the state as it was."""

LEADING = WAY_BACK - {"Report"}

COMMAND_SECONDS = 360.0
"""No command of ours runs for longer: 60 s on its way and 300 s at work."""

REST_SECONDS = 0.5

LOOK_EVERY = 10
"""So many rests lie between two looks at the history."""

Sleep = Callable[[float], None]

Died = Callable[[str], frozenset[str]]
"""Of an execution, by its ARN: requests to functions whose process is known to be gone."""


def unknown(_: str) -> frozenset[str]:
    """For a function that can't see the history: nothing is known to be gone."""
    return frozenset()


class Patience:
    """Waits for functions to end, for so many seconds in all."""

    def __init__(self, record: Record, seconds: float, died: Died, sleep: Sleep) -> None:
        self._record = record
        self._left = seconds
        self._died = died
        self._sleep = sleep

    def left_of(self, find: Callable[[], list[Attempt]]) -> list[Attempt]:
        """What is at work still when it has ended, or when the time is over."""
        rests = 0
        while found := find():
            if rests % LOOK_EVERY == 0 and self.close_gone(found):
                found = find()
            if not found or self._left <= 0:
                return found
            self._sleep(REST_SECONDS)
            self._left -= REST_SECONDS
            rests += 1
        return []

    def close_gone(self, found: list[Attempt]) -> bool:
        """Close those whose process is known to be gone; whether there were any."""
        gone = {one: self._died(one) for one in {at.execution_arn for at in found} if one}
        dead = [one for one in found if one.request in gone.get(one.execution_arn, ())]
        for one in dead:
            self._record.attempts.end(one)
        return bool(dead)


def end_commands(record: Record, commands: RunCommand, *, sleep: Sleep = time.sleep) -> int:
    """Cancel what still runs on the old host for this migration, and see it ended; how many."""
    running = commands.unended(f"{record.migration_id} ")
    for command in running:
        commands.cancel(command)
    for command in running:
        for _ in range(int(COMMAND_SECONDS / REST_SECONDS)):
            truth = commands.look(command)
            if truth is None or truth.status not in PENDING:
                break
            sleep(REST_SECONDS)
    if running:
        record.audit("commands_cancelled", commands=running)
    return len(running)


def at_work(record: Record, *, service: bool) -> list[Attempt]:
    """Functions of the way forward that may still be at work.

    With ``service``, only those that may change whether users are served: the door is not kept
    shut for a comparison that runs into its time limit.
    """
    return [
        attempt
        for attempt in record.attempts.unfinished()
        if attempt.state not in WAY_BACK and (attempt.service or not service)
    ]


class Standstill:
    """Waits, for as long as this function has, until nothing is at work that must end first.

    ``afterwards`` is done once nothing is at work any more: what a function set in motion as its
    last deed, a command say, was not there to be ended before.
    """

    def __init__(
        self,
        record: Record,
        seconds: float,
        *,
        afterwards: Callable[[], object] = lambda: None,
        died: Died = unknown,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._record = record
        self._afterwards = afterwards
        self._quiet: set[bool] = set()
        self._patience = Patience(record, seconds, died, sleep)

    def close_gone(self) -> None:
        """Close what is known to be gone, for whoever waits next and can't see the history."""
        self._patience.close_gone(at_work(self._record, service=False))

    def ready(self, entry: UndoEntry) -> bool:
        """Whether nothing is at work any more that could do this entry's deed again.

        False when that does not come to pass in time: then the same function is called again.
        """
        return self.quiet(service=bool(entry.service))

    def quiet(self, *, service: bool) -> bool:
        """Whether nothing is at work any more, or nothing that could change who is served."""
        if self._patience.left_of(lambda: at_work(self._record, service=service)):
            return False
        if service not in self._quiet:
            self._quiet.add(service)
            self._afterwards()
        return True
