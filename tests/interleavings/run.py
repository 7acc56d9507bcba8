"""One run: executions, people, the reconciler and the clock, in the order that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from redash_migration import wiring
from redash_migration.clock import stamp
from redash_migration.direction import Direction
from redash_migration.errors import NotTheOwner, SwitchBegun, TransientFailure
from redash_migration.reconcile import reconcile
from redash_migration.record import Record
from redash_migration.record.owner import Owner
from redash_migration.record.ownership import Ownership
from tests.interleavings import functions
from tests.interleavings.actors import Actor
from tests.interleavings.world import Violation, World, one_ended
from tests.owning import undo_keys

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
HOME = (
    "EndReplication",
    "CloseNewHome",
    "FenceTarget",
    "CarryRest",
    "OpenSource",
    "StartOldServices",
    "SwitchBack",
)
LEADING = ("GoForward", "GoForwardDatabase")
MINUTE = "MeasureCutover"
HANGING = ("", "Begin", *ORDER[:-1], *HOME, *LEADING, MINUTE)
DECISIONS = ("keep", "go_back", "return")
LONGEST = 700
HOLDS = 10
"""A function has about so many moves."""
DISTURBANCES = 10
EVERY = 8
"""One in so many moves is a disturbance, from the state on that a run draws for itself."""
TRIES = 3
LAG = timedelta(seconds=60)
"""How long DescribeExecution may tell of a state that is over."""
KINDS = (
    "dies",
    "hangs",
    "runs into a time limit",
    "stopped",
    "retries",
    "redriven",
    "by name",
    "return by name",
    "same second",
    "another",
    "source away",
    "source back",
    "an hour later",
    "reconciler",
)
"""A run knows only some of them: what breaks a rule is often two or three kinds, one upon the
other, and all kinds at once keep each other from it (swarm testing)."""


@dataclass
class Execution:
    """One execution: where it is, and the function that it waits for."""

    arn: str
    migration: str
    given: dict[str, Any]
    state: str = "Begin"
    entered: str = ""
    """Since when it has been in this state."""
    status: str = "RUNNING"
    told: str = "RUNNING"
    """What DescribeExecution says: it may lag behind."""
    actor: Actor | None = None
    answer: Any = None
    tries: int = 0
    changed: datetime = datetime(2026, 1, 31, 2, tzinfo=UTC)
    """When it was started, redriven or ended last."""
    told_at: int = 0
    """The move since which DescribeExecution says what it says."""
    previous: str = ""
    """The migration that it took the place of."""
    acted: bool = False
    """Whether a step of it was let in since it was started or redriven."""


@dataclass(frozen=True)
class Focus:
    """What a run is disturbed by, and from which state on."""

    kinds: tuple[str, ...]
    begins: str = ""
    slow: bool = False
    """Commands on the host reach it late."""
    sleep: int = 6 * EVERY
    """One in so many moves, what hangs may wake."""
    hangs: tuple[str, int] = ("", 0)
    """A state whose function hangs before this move of its; of Begin, only a later execution's."""
    answers: int = LONGEST
    """How many questions people answer; the next one stands."""
    thinks: int = 1
    """One in so many moves they do; minutes pass meanwhile."""
    away: bool = False
    """The old database answers nobody while a return is led forward."""
    refused: bool = False
    """The first switch is seen not to be made."""


ANYTHING = Focus(KINDS)


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
    focus: Focus | None = None
    """Drawn, where none is given."""
    held: bool = False
    answered: int = 0
    resting: bool = False
    reached: set[str] = field(default_factory=lambda: {""})
    seen_gone: set[str] = field(default_factory=set)
    """Executions that had acted since they were redriven, and were told as gone."""

    def play(self) -> None:
        """The whole run, and then what must be true when all has come to rest."""
        with self._at_home():
            try:
                self.focus = self.focus or self._drawn()
                self.world.refuses_switch = self.focus.refused
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

    @property
    def _focus(self) -> Focus:
        return self.focus or ANYTHING

    def _drawn(self) -> Focus:
        return Focus(
            (*(KINDS[self.choose(len(KINDS))] for _ in range(2 + self.choose(3))), KINDS[-1])
            if self.choose(4)
            else tuple(KINDS[self.choose(len(KINDS))] for _ in range(3)),
            ("", *ORDER, *HOME)[self.choose(1 + len(ORDER) + len(HOME))],
            bool(self.choose(2)),
            (EVERY, 6 * EVERY)[self.choose(2)],
            (HANGING[self.choose(len(HANGING))], self.choose(HOLDS)),
            LONGEST if self.choose(4) else 1,
            1 if self.choose(4) else EVERY,
            not self.choose(4),
            not self.choose(4),
        )

    # --- executions

    def start(self, given: dict[str, Any], migration: str) -> str:
        """StartExecution."""
        arn = f"arn:{len(self.executions) + 1}"
        self.executions[arn] = Execution(
            arn, migration, given, changed=self.world.now, told_at=len(self.told)
        )
        return arn

    def is_running(self, arn: str) -> bool:
        """As the reconciler asks."""
        one = self.executions[arn]
        self.seen_gone.discard(arn)
        if one.status == "RUNNING" and one.told != "RUNNING" and one.acted:
            self.seen_gone.add(arn)
        return one.told == "RUNNING"

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        owner = self.executions[str(self.world.owner()["execution_arn"])]
        if owner.status == "RUNNING" and owner.arn in self.seen_gone:
            raise Violation(f"{owner.arn} was redriven and acts, and is taken back as gone")
        return self.start({"mode": "roll-back", "migrationId": migration_id}, migration_id)

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        return self.start({"mode": "return", "migrationId": migration_id}, migration_id)

    def send(self, token: str, outcome: Any) -> None:
        raise AssertionError(token)

    def _goes_on(self, one: Execution) -> None:
        """The machine moves: a function is called, or its answer leads on."""
        if one.actor is None:
            one.answer = None
            one.entered = one.entered or stamp(self.world.now)
            one.actor = self._called(one)
            return
        self._has_answered(one, one.actor)
        if not one.tries:
            one.entered = ""

    def _has_answered(self, one: Execution, actor: Actor) -> None:
        one.actor = None
        if actor.error is None and not actor.dead:
            one.tries = 0
            self._follow(one)
        elif isinstance(actor.error, SwitchBegun):
            one.state = "Confirm"
        elif isinstance(actor.error, NotTheOwner) or one.state == "Begin":
            self._ends(one, "FAILED")
        elif one.tries < TRIES and (actor.dead or isinstance(actor.error, TransientFailure)):
            one.tries += 1
        elif one.state in {"RollBack", "RollBackDatabase", "SwitchOnceMore", "CleanUp", *LEADING}:
            one.state = "Report"
        elif one.state == "Report":
            self._ends(one, "FAILED")
        else:
            self._fails(one)

    def _fails(self, one: Execution) -> None:
        """The step is given up; its function may be at work still."""
        one.actor, one.tries, one.entered = None, 0, ""
        if one.state in HOME:
            one.state = "GoForward"
            return
        # A switch that was seen not to be made takes back what was noted of it.
        one.state = "Confirm" if self.world.owner().get("switched") else "RollBack"

    def _follow(self, one: Execution) -> None:
        if one.state == "Begin":
            back = "Confirm" if one.answer else "RollBack"
            if one.answer and self.world.door == "old":
                raise Violation(f"{one.migration}: asked whether to keep what users have left")
            mode = str(one.given.get("mode"))
            one.state = {"roll-back": back, "return": "GoForward"}.get(mode, ORDER[0])
        elif one.state in HOME:
            one.state = (*HOME, "RollBack")[HOME.index(one.state) + 1]
        elif one.state == "GoForward":
            following = {"database": "GoForwardDatabase", "aws": "GoForward", "home": "RollBack"}
            one.state = following.get(one.answer, "Confirm")
            self.world.source_away &= not (self._focus.away and one.state == "Confirm")
        elif one.state == "GoForwardDatabase":
            one.state = "GoForward"
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

    def _is_told(self, one: Execution) -> None:
        one.told, one.told_at = one.status, len(self.told)

    def _called(self, one: Execution) -> Actor:
        self.reached.add(one.state)
        if self._focus.away and one.state in LEADING:
            self.world.source_away = True
        name, migration, arn, entered = one.state, one.migration, one.arn, one.entered
        noted = partial(setattr, one, "acted", True)

        def body() -> None:
            if name != "Begin":
                one.answer = functions.at_work(self.world, name, migration, arn, entered, noted)
                return
            since = len(self.told)
            one.answer = functions.begun(
                self.world,
                migration,
                arn,
                one.given,
                lambda other: self.executions[other].told == "RUNNING",
                lambda previous: self._takes_over(one, previous, since),
            )
            self._has_begun(one)

        actor = Actor(f"{name} of {arn} ({len(self.actors)})", body)
        state, move = self._focus.hangs
        if name == state and (name != "Begin" or len(self.executions) > 1) and not self.held:
            actor.holds, self.held = move, True
        self.actors.append(actor)
        self.deadlines[actor.name] = self.world.now + timedelta(seconds=functions.SECONDS)
        return actor

    def _takes_over(self, one: Execution, previous: Owner, since: int) -> None:
        """Nobody's migration is taken over while it runs, as far as that can be known."""
        one.previous = previous.migration_id
        other = self.executions[previous.execution_arn]
        known = other.told == other.status == "RUNNING" and other.told_at < since
        if other is not one and previous.phase != "ended" and known:
            raise Violation(f"{one.arn} takes over from {other.arn}, which runs")

    def _has_begun(self, one: Execution) -> None:
        """What came before has come to its end."""
        name = one.previous
        if self.world.owner()["execution_arn"] != one.arn or not name:
            return
        if name != one.migration and name not in self.world.kept and (left := self._left(name)):
            raise Violation(f"{one.migration} begins, and of {name} is left: {left}")

    def _left(self, migration: str) -> list[str]:
        return [
            key[1]
            for key, item in self.world.table.items.items()
            if key[0] == f"UNDO#{migration}"
            and item.get("state", "DONE") != "DONE"
            # A return's list leads forward again, and is over with it.
            and (not key[1].startswith("RETURN#") or key[1].endswith("#lift_fence#"))
        ]

    def _ends(self, one: Execution, status: str) -> None:
        one.status, one.changed = status, self.world.now

    def _stopped(self, migration: str) -> bool:
        """StopServices is waited for, so its command has ended long before anybody returns."""
        return not self.world.services and not any(
            one.comment.startswith(f"{migration} StopServices") and not one_ended(one)
            for one in self.world.commands.values()
        )

    def _waits(self, one: Execution) -> bool:
        """StopServices is waited for: nothing follows it while its command may still run."""
        return one.state == "FenceSource" and any(
            command.comment.startswith(f"{one.migration} StopServices") and not one_ended(command)
            for command in self.world.commands.values()
        )

    def _answers(self, one: Execution) -> list[Move]:
        """What a person may say."""
        if self.answered >= self._focus.answers:
            return []
        said = DECISIONS if self._stopped(one.migration) else DECISIONS[:-1]
        return [(decision, partial(self._decides, one, decision)) for decision in said]

    def _decides(self, one: Execution, decision: str) -> None:
        """A person answers the question whether the new side stays, and takes some time to."""
        self.world.now += timedelta(seconds=10)
        self.answered += 1
        if decision == "go_back":
            self.world.went_back.add(one.migration)
        doubt = (one.migration, "MILESTONE#pause_ended") not in self.world.table.items
        if decision == "return":
            self.world.going_home.add(one.migration)
            self.world.return_decided = stamp(self.world.now)
        kept, one.entered = "SwitchOnceMore" if doubt else "CleanUp", ""
        one.state = {"go_back": "RollBack", "return": "EndReplication"}.get(decision, kept)

    # --- what may happen next

    def _possible(self) -> list[Move]:
        ripe = self.left and self._focus.begins in self.reached
        if ripe and self.choose(EVERY) == 0 and (disturbances := self._disturbances()):
            return disturbances
        found: list[Move] = []
        for actor in self.actors:
            if actor.alive and not actor.asleep:
                found += [(actor.name, actor.go_on)] * 3
            elif actor.alive and (self.resting or self.choose(self._focus.sleep) == 0):
                found.append((f"{actor.name} wakes", partial(setattr, actor, "asleep", False)))
        for one in self.executions.values():
            if one.told != one.status:
                found.append((f"{one.arn} is told", partial(self._is_told, one)))
            if one.status != "RUNNING":
                continue
            if one.state == "Confirm":
                said = self._answers(one)
                minute: list[Move] = [("reconciler", self._reconciler)] if said else []
                thinks = self._focus.thinks > 1 and self.choose(self._focus.thinks)
                found += minute if thinks else said
            elif (one.actor is None or not one.actor.alive) and not self._waits(one):
                found += [(f"{one.arn} goes on", partial(self._goes_on, one))] * 2
        for key, command in self.world.commands.items():
            late = self._focus.slow and not self.resting and self.choose(4 * EVERY)
            if not one_ended(command) and not late:
                found.append((f"{key} runs", partial(self.world.run_command, key)))
        if found or self.resting:
            return found
        # Everybody waits for what hangs, or for a command: what else happens, happens now.
        wakes: list[Move] = [
            (f"{actor.name} wakes", partial(setattr, actor, "asleep", False))
            for actor in self.actors
            if actor.alive
        ]
        wakes += [
            (f"{key} runs", partial(self.world.run_command, key))
            for key, command in self.world.commands.items()
            if not one_ended(command)
        ]
        return self._disturbances() + wakes if ripe else wakes

    def _disturbances(self) -> list[Move]:
        found: list[tuple[str, str, Callable[[], None]]] = []
        for actor in self.actors:
            if actor.alive:
                found.append((actor.name, "dies", actor.die))
            if actor.alive and not actor.asleep:
                found += [(actor.name, "hangs", partial(setattr, actor, "asleep", True))] * 3
        for one in self.executions.values():
            if one.status == "RUNNING":
                if one.state in {*ORDER[:-1], *HOME}:
                    found.append((one.arn, "runs into a time limit", partial(self._fails, one)))
                found += [(one.arn, "stopped", partial(self._ends, one, "ABORTED"))] * 2
                if one.actor is not None and one.actor.alive and one.state != "Begin":
                    found += [(one.arn, "retries", partial(setattr, one, "actor", None))] * 2
            elif one.status in {"ABORTED", "FAILED"}:
                found.append((one.arn, "redriven", partial(self._redriven, one)))
        for name in dict.fromkeys(one.migration for one in self.executions.values()):
            back = partial(self._start, name, mode="roll-back", migrationId=name)
            found.append((name, "by name", back))
            home = partial(self._start, name, mode="return", migrationId=name)
            found.append((name, "return by name", home))
            found.append((name, "same second", partial(self._start, name)))
        another = f"redash-20260131-03000{len(self.executions)}"
        found += [
            (another, "another", partial(self._start, another)),
            ("", "an hour later", self._later),
        ]
        away = self.world.source_away
        comes = "source back" if away else "source away"
        found.append(("", comes, partial(setattr, self.world, "source_away", not away)))
        known = [(f"{who} {kind}", does) for who, kind, does in found if kind in self._focus.kinds]
        if "reconciler" in self._focus.kinds:
            known += [("reconciler", self._reconciler)] * (1 + len(known) // 4)
        return [(name, partial(self._counted, does)) for name, does in known]

    def _start(self, migration: str, **given: Any) -> None:
        self.start(given, migration)

    def _counted(self, does: Callable[[], None]) -> None:
        self.left -= 1
        does()

    def _redriven(self, one: Execution) -> None:
        """At the state where it stopped; a function of before may still be at work."""
        one.status, one.actor, one.tries, one.entered = "RUNNING", None, 0, ""
        one.changed, one.acted = self.world.now, False

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
        """A round of it, beside everybody else; the one before has come to its end."""
        if not any(actor.alive for actor in self.actors if actor.name.startswith("reconciler")):
            self._minute()
            self._beside("reconciler", self._round)
            self._beside(MINUTE, self._look)

    def _beside(self, name: str, does: Callable[[], None]) -> None:
        actor = Actor(f"{name} ({len(self.actors)})", does)
        if name == self._focus.hangs[0]:  # each, for few have anything to do
            actor.holds = self._focus.hangs[1]
        self.actors.append(actor)
        self.deadlines[actor.name] = self.world.now + timedelta(seconds=50)

    def _look(self) -> None:
        functions.close_what_is_open(self.world)

    def _minute(self) -> None:
        self.world.now += timedelta(seconds=60)
        for one in self.executions.values():
            if one.changed <= self.world.now - LAG and one.told != one.status:
                self._is_told(one)

    def _round(self) -> None:
        reconcile(
            Ownership(self.world.table, self.world.clock),
            lambda name: Record(self.world.table, name, self.world.clock),
            self,
            self,
            lambda _: {},
            lambda _: None,
            lambda _: None,
        )

    def _move(self, possible: list[Move]) -> bool:
        if not possible:
            return False
        name, does = possible[self.choose(len(possible))]
        self.told.append(name)
        does()
        self._is_kept()
        return True

    def _is_kept(self) -> None:
        owner = self.world.owner()
        if owner.get("phase") == "kept":
            self.world.kept.add(str(owner["migration_id"]))

    # --- what must hold

    def _no_violation(self) -> None:
        for actor in self.actors:
            if isinstance(actor.error, Violation):
                raise actor.error

    def _come_to_rest(self) -> None:
        """Nobody disturbs any more; everybody gets a turn, and minutes pass."""
        self.left, self.world.source_away, self.resting = 0, False, True
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
                self._time_passes()
            self._minute()
            self._round()
            self._look()
            self._later()
        owner = self.world.owner()
        phase, name = owner.get("phase"), str(owner.get("migration_id"))
        for other in {one.migration for one in self.executions.values()} - {name}:
            if other not in self.world.kept and (left := self._left(other)):
                raise Violation(f"{other} was left behind: {left}")
        if phase == "return":
            raise Violation(f"{name}: a return never comes to its end: {self.world}")
        if phase == "back":
            raise Violation(f"{name}: the way back never comes to its end")
        asked = phase == "forward" and (name, "MILESTONE#pause_ended") in self.world.table.items
        if (phase == "ended" or asked) and not self.world.served():
            raise Violation(f"{name}: its pause has ended, and nobody is served: {self.world}")
        begun = (name, "MILESTONE#pause_began") in self.world.table.items
        if phase == "forward" and begun and not owner.get("switched") and not self.world.served():
            raise Violation(f"{name}: no switch stands, and nobody is served: {self.world}")
        if asked and self.world.door == "new" and not self.world.fenced:
            raise Violation(f"{name}: a return that failed leaves the old side open: {self.world}")
        items = self.world.table.items
        left = self._left(name)
        back = "rolled_back" in {key[1].partition("#")[2] for key in items if key[0] == name}
        empty = self.world.door == "new" or not (self.world.tasks or self.world.filled)
        if phase == "ended" and back and (left or not empty):
            raise Violation(f"{name} was rolled back, and of it is left: {left}, {self.world}")

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        """The product's own wiring, on this world's table."""
        before = wiring.record
        world = self.world

        def record(migration_id: str, direction: Direction = "forward") -> Record:
            acting = wiring.acting.get()
            return Record(world.table, migration_id, world.clock, direction, acting, undo_keys)

        wiring.record = record
        try:
            yield
        finally:
            wiring.record = before
