"""One run: executions, people, the reconciler and the clock, in the order that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from redash_migration import wiring
from redash_migration.direction import Direction
from redash_migration.errors import NotTheOwner, TransientFailure
from redash_migration.reconcile import reconcile
from redash_migration.record import Record
from redash_migration.record.owner import Ownership
from tests.interleavings import functions
from tests.interleavings.actors import Actor
from tests.interleavings.world import Violation, World, one_ended

Move = tuple[str, Callable[[], None]]

Choose = Callable[[int], int]
"""One of so many possibilities."""

ORDER = (
    "CopySchema",
    "StartTarget",
    "StopServices",
    "FenceSource",
    "RestoreTable",
    "SwitchTraffic",
    "Confirm",
)
DECISIONS = ("keep", "go_back")
LONGEST = 700
DISTURBANCES = 8
EVERY = 12
"""One in so many moves is a disturbance, so that they come at any time of a migration."""
TRIES = 3


@dataclass
class Execution:
    """One execution: where it is, and the function that it waits for."""

    arn: str
    migration: str
    given: dict[str, Any]
    state: str = "Begin"
    status: str = "RUNNING"
    told: str = "RUNNING"
    """What DescribeExecution says: it may lag behind."""
    actor: Actor | None = None
    answer: Any = None
    tries: int = 0


@dataclass
class Run:
    """``choose`` decides everything that is not decided by the code."""

    choose: Choose
    world: World = field(default_factory=World)
    executions: dict[str, Execution] = field(default_factory=dict)
    actors: list[Actor] = field(default_factory=list)
    deadlines: dict[str, Any] = field(default_factory=dict)
    left: int = DISTURBANCES
    told: list[str] = field(default_factory=list)

    def play(self) -> None:
        """The whole run, and then what must be true when all has come to rest."""
        with self._at_home():
            try:
                self.start({}, "redash-20260131-020000")
                for _ in range(LONGEST):
                    if not self._move(self._possible()):
                        break
                    self._no_violation()
                    self._time_passes()
                self._come_to_rest()
            finally:
                for actor in self.actors:
                    if actor.alive:
                        actor.die()

    # --- executions

    def start(self, given: dict[str, Any], migration: str) -> str:
        """StartExecution."""
        arn = f"arn:{len(self.executions) + 1}"
        self.executions[arn] = Execution(arn, migration, given)
        return arn

    def is_running(self, arn: str) -> bool:
        return arn in self.executions and self.executions[arn].told == "RUNNING"

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        return self.start({"mode": "roll-back", "migrationId": migration_id}, migration_id)

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        raise AssertionError((migration_id, attempt))

    def send(self, token: str, outcome: Any) -> None:
        raise AssertionError(token)

    def _goes_on(self, one: Execution) -> None:
        """The machine moves: a function is called, or its answer leads on."""
        if one.actor is None:
            one.answer = None
            one.actor = self._called(one)
            return
        actor, one.actor = one.actor, None
        if actor.error is None and not actor.dead:
            one.tries = 0
            self._follow(one)
        elif isinstance(actor.error, NotTheOwner) or one.state == "Begin":
            self._ends(one, "FAILED")
        elif one.tries < TRIES and (actor.dead or isinstance(actor.error, TransientFailure)):
            one.tries += 1
        elif one.state in {"RollBack", "RollBackDatabase", "SwitchOnceMore", "CleanUp"}:
            one.state = "Report"
        elif one.state == "Report":
            self._ends(one, "FAILED")
        else:
            self._fails(one)

    def _fails(self, one: Execution) -> None:
        """The step is given up; its function may be at work still."""
        one.actor, one.tries = None, 0
        began = (one.migration, "MILESTONE#switch_began") in self.world.table.items
        one.state = "Confirm" if began else "RollBack"

    def _follow(self, one: Execution) -> None:
        if one.state == "Begin":
            back = one.given.get("mode") == "roll-back"
            one.state = ("Confirm" if one.answer else "RollBack") if back else ORDER[0]
        elif one.state in ORDER:
            one.state = ORDER[ORDER.index(one.state) + 1]
        elif one.state == "SwitchOnceMore":
            one.state = "CleanUp"
        elif one.state == "RollBack":
            following = {"database": "RollBackDatabase", "aws": "RollBack"}
            one.state = following.get(one.answer, "Report")
        elif one.state == "RollBackDatabase":
            one.state = "RollBack"
        elif one.state == "CleanUp":
            one.state = "Report"
        else:
            self._ends(one, "SUCCEEDED")

    def _called(self, one: Execution) -> Actor:
        name, migration, arn = one.state, one.migration, one.arn

        def body() -> None:
            if name == "Begin":
                one.answer = functions.begun(self.world, migration, arn, one.given, self.is_running)
            else:
                one.answer = functions.at_work(self.world, name, migration, arn)

        actor = Actor(f"{name} of {arn} ({len(self.actors)})", body)
        self.actors.append(actor)
        self.deadlines[actor.name] = self.world.now + timedelta(seconds=functions.SECONDS)
        return actor

    def _ends(self, one: Execution, status: str) -> None:
        one.status = status

    def _decides(self, one: Execution, decision: str) -> None:
        """A person answers the question whether the new side stays."""
        if decision == "go_back":
            self.world.went_back.add(one.migration)
        doubt = (one.migration, "MILESTONE#pause_ended") not in self.world.table.items
        one.state = (
            "RollBack" if decision == "go_back" else "SwitchOnceMore" if doubt else "CleanUp"
        )

    # --- what may happen next

    def _possible(self) -> list[Move]:
        if self.left and self.choose(EVERY) == 0:
            return self._disturbances()
        found: list[Move] = []
        for actor in self.actors:
            if actor.alive and not actor.asleep:
                found += [(actor.name, actor.go_on)] * 3
            elif actor.alive and (not self.left or self.choose(EVERY) == 0):
                found.append((f"{actor.name} wakes", partial(setattr, actor, "asleep", False)))
        for one in self.executions.values():
            if one.told != one.status:
                found.append((f"{one.arn} is told", partial(setattr, one, "told", one.status)))
            if one.status != "RUNNING":
                continue
            if one.state == "Confirm":
                found += [(said, partial(self._decides, one, said)) for said in DECISIONS]
            elif one.actor is None or not one.actor.alive:
                found += [(f"{one.arn} goes on", partial(self._goes_on, one))] * 2
        for key, command in self.world.commands.items():
            if not one_ended(command) and (not self.left or self.choose(EVERY // 2) == 0):
                found.append((f"{key} runs", partial(self.world.run_command, key)))
        return found

    def _disturbances(self) -> list[Move]:
        found: list[Move] = [("reconciler", self._reconciler)]
        found += [(f"{actor.name} dies", actor.die) for actor in self.actors if actor.alive]
        for actor in self.actors:
            if actor.alive and not actor.asleep:
                hangs = (f"{actor.name} hangs", partial(setattr, actor, "asleep", True))
                found += [hangs] * 3
        for one in self.executions.values():
            if one.status == "RUNNING":
                # The switch's function has the shorter limit: its step never ends before it.
                if one.state in ORDER[:-2]:
                    found.append((f"{one.arn} runs into a time limit", partial(self._fails, one)))
                found.append((f"{one.arn} stopped", partial(self._ends, one, "ABORTED")))
                if one.actor is not None and one.actor.alive and one.state != "Begin":
                    found.append((f"{one.arn} retries", partial(setattr, one, "actor", None)))
            elif one.status in {"ABORTED", "FAILED"}:
                found.append((f"{one.arn} redriven", partial(self._redriven, one)))
        first = next(iter(self.executions.values())).migration
        found += [
            ("roll-back by name", partial(self._start, first, mode="roll-back", migrationId=first)),
            ("same second", partial(self._start, first)),
            ("another", partial(self._start, "redash-20260131-030000")),
            ("source away", partial(setattr, self.world, "source_away", True)),
            ("an hour later", self._later),
        ]
        return [(name, partial(self._counted, does)) for name, does in found]

    def _start(self, migration: str, **given: Any) -> None:
        self.start(given, migration)

    def _counted(self, does: Callable[[], None]) -> None:
        self.left -= 1
        does()

    def _redriven(self, one: Execution) -> None:
        """At the state where it stopped; a function of before may still be at work."""
        one.status, one.actor, one.tries = "RUNNING", None, 0

    def _time_passes(self) -> None:
        """Lambda ends what is past its time."""
        for actor in self.actors:
            if actor.alive and self.world.now > self.deadlines[actor.name]:
                actor.die()

    def _later(self) -> None:
        """Past every deadline: Lambda has ended what was at work, and Run Command too."""
        self.world.now += timedelta(hours=1)
        for command in self.world.commands.values():
            if not one_ended(command):
                command.status = "Failed"
        for actor in self.actors:
            if actor.alive:
                actor.die()

    def _reconciler(self) -> None:
        self.world.now += timedelta(seconds=60)
        reconcile(
            Ownership(self.world.table, self.world.clock),
            lambda name: Record(self.world.table, name, self.world.clock),
            self,
            self,
            lambda _: {},
            lambda _: None,
        )

    def _move(self, possible: list[Move]) -> bool:
        if not possible:
            return False
        name, does = possible[self.choose(len(possible))]
        self.told.append(name)
        does()
        return True

    # --- what must hold

    def _no_violation(self) -> None:
        for actor in self.actors:
            if isinstance(actor.error, Violation):
                raise actor.error

    def _come_to_rest(self) -> None:
        """Nobody disturbs any more; everybody gets a turn, and minutes pass."""
        self.left, self.world.source_away = 0, False
        for _ in range(12):
            for number in range(4 * LONGEST):
                ready = [one for one in self._possible() if one[0] not in DECISIONS]
                if not ready:
                    break
                name, does = ready[number % len(ready)]
                self.told.append(name)
                does()
                self._no_violation()
                self._time_passes()
            self._reconciler()
            self._later()
        owner = self.world.owner()
        phase, name = owner.get("phase"), str(owner.get("migration_id"))
        if phase == "back":
            raise Violation(f"{name}: the way back never comes to its end")
        if phase == "ended" and not self.world.served():
            raise Violation(f"{name} has ended, and nobody is served: {self.world}")
        items = self.world.table.items
        left = [
            key[1]
            for key, item in items.items()
            if key[0] == name and key[1].startswith("UNDO#") and item["state"] != "DONE"
        ]
        back = "rolled_back" in {key[1].partition("#")[2] for key in items if key[0] == name}
        if phase == "ended" and back and (left or self.world.tasks or self.world.filled):
            raise Violation(f"{name} was rolled back, and of it is left: {left}, {self.world}")

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        """The product's own wiring, on this world's table."""
        before = wiring.record
        world = self.world

        def record(migration_id: str, direction: Direction = "forward") -> Record:
            acting = wiring.acting.get()
            return Record(world.table, migration_id, world.clock, direction, acting)

        wiring.record = record
        try:
            yield
        finally:
            wiring.record = before
