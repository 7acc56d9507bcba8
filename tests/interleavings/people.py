"""People who are asked whether the new home stays, and what each answer leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from redash_migration.clock import stamp
from redash_migration.record import Outcome, Record
from redash_migration.record.wait import Resumer
from tests.interleavings.execution import Execution
from tests.interleavings.world import World

Move = tuple[str, Callable[[], None]]

DECISIONS = ("keep", "go_back", "return")


class People:
    """They answer so many questions; the next one stands."""

    def __init__(self, world: World, machine: Resumer, answers: int) -> None:
        self._world, self._machine, self._left = world, machine, answers

    def may_say(self, one: Execution) -> list[Move]:
        """What an execution that asks may hear."""
        if not self._left or self._world.question(one.migration, one.token) is None:
            return []
        said = DECISIONS if self._stopped(one.migration) else DECISIONS[:-1]
        return [(decision, partial(self._decide, one, decision)) for decision in said]

    def _stopped(self, migration: str) -> bool:
        """StopServices is waited for, so its command has ended long before anybody returns."""
        return not self._world.services and not self._world.stopping(migration)

    def _decide(self, one: Execution, decision: str) -> None:
        """It takes some time."""
        self._world.now += timedelta(seconds=10)
        self._left -= 1
        if decision == "go_back":
            self._world.went_back.add(one.migration)
        if decision == "return":
            self._world.going_home.add(one.migration)
            self._world.return_decided = stamp(self._world.now)
        record = Record(self._world.table, one.migration, self._world.clock)
        if (wait := self._world.question(one.migration, one.token)) is not None:
            record.resume(wait, Outcome.success({"decision": decision}), self._machine)
