"""One run: executions, people, the reconciler and the clock, in the order that is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from redash_migration import wiring
from redash_migration.direction import Direction
from redash_migration.record import Record
from tests.interleavings.at_rest import demand_rest
from tests.interleavings.disturbances import Disturbances
from tests.interleavings.focus import EVERY, LONGEST, Choose, Focus, drawn
from tests.interleavings.machine import Machine
from tests.interleavings.minute import Minute
from tests.interleavings.people import DECISIONS, Move, People
from tests.interleavings.world import Violation, World
from tests.owning import undo_keys


class Run:
    """``choose`` decides everything that is not decided by the code."""

    def __init__(self, choose: Choose, focus: Focus | None = None) -> None:
        self.told: list[str] = []
        """The moves so far."""
        self._choose = choose
        self._focus = focus or drawn(choose)
        self._world = World(refuses_switch=self._focus.refused)
        self._machine = Machine(self._world, self._focus, self.told)
        self._cast = self._machine.cast
        self._world.resumer = self._machine
        self._people = People(self._world, self._machine, self._focus.answers)
        self._minute = Minute(self._world, self._machine, self._focus)
        self._disturbances = Disturbances(self._world, self._machine, self._minute, self._focus)
        self._resting = False

    def play(self) -> None:
        """The whole run, and then what must be true when all has come to rest."""
        with self._at_home():
            try:
                self._machine.start({}, "redash-20260131-020000")
                for _ in range(LONGEST):
                    if not self._move(self._possible()):
                        break
                    self._no_violation()
                    self._cast.end_past(self._world.now)
                self._come_to_rest()
            finally:
                self._cast.end_all()

    def _possible(self) -> list[Move]:
        ripe = self._disturbances.left and self._focus.begins in self._machine.reached
        if ripe and self._choose(EVERY) == 0 and (disturbances := self._disturbances.possible()):
            return disturbances
        found: list[Move] = []
        for actor in self._cast.alive():
            if not actor.asleep:
                found += [(actor.name, actor.go_on)] * 3
            elif self._resting or self._choose(self._focus.sleep) == 0:
                found.append((f"{actor.name} wakes", actor.wake))
        for one in self._machine.executions.values():
            if one.told != one.status:
                found.append((f"{one.arn} is told", partial(self._machine.tell, one)))
            if one.status != "RUNNING":
                continue
            waits = one.state == "FenceSource" and self._world.stopping(one.migration)
            if one.state == "Confirm" and one.token and one.actor is None:
                said = self._people.may_say(one)
                minute: list[Move] = [("reconciler", self._minute.begins)] if said else []
                thinks = self._focus.thinks > 1 and self._choose(self._focus.thinks)
                found += minute if thinks else said
            elif (one.actor is None or not one.actor.alive) and not waits:
                found += [(f"{one.arn} goes on", partial(self._machine.goes_on, one))] * 2
        for key, command in self._world.commands.under_way():
            if self._resting or not self._focus.slow or not self._choose(4 * EVERY):
                found.append((f"{key} runs", command.run))
        if found or self._resting:
            return found
        # Everybody waits for what hangs, or for a command: what else happens, happens now.
        wakes: list[Move] = [(f"{one.name} wakes", one.wake) for one in self._cast.alive()]
        wakes += [(f"{key} runs", one.run) for key, one in self._world.commands.under_way()]
        return self._disturbances.possible() + wakes if ripe else wakes

    def _move(self, possible: list[Move]) -> bool:
        if not possible:
            return False
        name, does = possible[self._choose(len(possible))]
        self.told.append(name)
        does()
        self._is_kept()
        return True

    def _is_kept(self) -> None:
        owner = self._world.owner()
        if owner.get("phase") == "kept":
            self._world.kept.add(str(owner["migration_id"]))

    def _no_violation(self) -> None:
        for actor in self._cast.all:
            if isinstance(actor.error, Violation):
                raise actor.error

    def _come_to_rest(self) -> None:
        """Nobody disturbs any more; everybody gets a turn, and minutes pass."""
        self._disturbances.left, self._world.source_away, self._resting = 0, False, True
        for _ in range(12):
            for number in range(4 * LONGEST):
                ready = [one for one in self._possible() if one[0] not in DECISIONS]
                if not ready:
                    break
                name, does = ready[number % len(ready)]
                self.told.append(name)
                does()
                self._is_kept()
                self._no_violation()
                self._cast.end_past(self._world.now)
            self._minute.at_once()
            self._disturbances.later()
        demand_rest(self._world, self._machine.executions.values())

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        """The product's own wiring, on this world's table."""
        before = wiring.record
        world = self._world

        def record(migration_id: str, direction: Direction = "forward") -> Record:
            acting = wiring.acting.get()
            return Record(world.table, migration_id, world.clock, direction, acting, undo_keys)

        wiring.record = record
        try:
            yield
        finally:
            wiring.record = before
