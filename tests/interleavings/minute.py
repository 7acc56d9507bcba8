"""The functions of the minute: the reconciler, and MeasureCutover's look at what was left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from redash_migration.reconcile import reconcile
from redash_migration.record import Record
from redash_migration.record.ownership import Ownership
from redash_migration.replication.guard import guard_confirmation
from tests.interleavings.focus import MINUTE, Focus
from tests.interleavings.machine import Machine
from tests.interleavings.steps.homeward import close_what_is_open
from tests.interleavings.world import QUESTION, World

SECONDS = 50


class Minute:
    """One minute after the other."""

    def __init__(self, world: World, machine: Machine, focus: Focus) -> None:
        self._world, self._machine, self._hangs = world, machine, focus.hangs
        self._at_once = "rounds at once" in focus.kinds

    def begins(self) -> None:
        """A round, beside everybody else; the one before has come to its end, unless it hangs and
        the schedule calls another."""
        before = any(one.name.startswith("reconciler") for one in self._machine.cast.alive())
        if self._at_once or not before:
            self._passes()
            self._beside("reconciler", self._round)
            self._beside(MINUTE, self._look)

    def at_once(self) -> None:
        """A round that nobody comes between."""
        self._passes()
        self._round()
        self._look()

    def _passes(self) -> None:
        self._world.now += timedelta(minutes=1)
        self._machine.tell_what_is_old()

    def _beside(self, name: str, does: Callable[[], None]) -> None:
        deadline = self._world.now + timedelta(seconds=SECONDS)
        actor = self._machine.cast.enter(name, does, deadline)
        if name == self._hangs[0]:  # each, for few have anything to do
            actor.holds = self._hangs[1]

    def _look(self) -> None:
        close_what_is_open(self._world)

    def _round(self) -> None:
        reconcile(
            Ownership(self._world.table, self._world.clock),
            lambda name: Record(self._world.table, name, self._world.clock),
            self._machine,
            self._machine,
            lambda record: {QUESTION: lambda wait: guard_confirmation(record, self._machine, wait)},
            lambda _: None,
            lambda _: None,
        )
