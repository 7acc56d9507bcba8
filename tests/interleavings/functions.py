"""The steps of a migration that change what users see, each with its deed and its undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from redash_migration.begin import begin
from redash_migration.errors import NotApproved, PreflightFailed, SwitchNotMade, TransientFailure
from redash_migration.execution_input import parse_request
from redash_migration.homecoming import closing
from redash_migration.homecoming.arrival import arrived, before_users_are_home, turned
from redash_migration.homecoming.facts import LEFT_OPEN_FACT, PAUSE_FACT
from redash_migration.homecoming.forward_again import is_forward
from redash_migration.in_flight import Ending, end_commands
from redash_migration.precedence import alone, before_the_switch, leads_alone, turn_to_return
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, RETURN, Acting, Owner, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.record.undo.replay import replay
from redash_migration.rollback.ending import at_its_end, finish
from redash_migration.step import attempt
from tests.interleavings.actors import stand_still
from tests.interleavings.world import Command, World

SECONDS = 60.0

_runs = count(1)


@dataclass
class Context:
    """Lambda's context: what the attempt's deadline is made of."""

    aws_request_id: str

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return int(SECONDS * 1000)


@dataclass(frozen=True)
class Step:
    """One function: what it does as whom, in which phases."""

    does: Callable[[World, Record], Any]
    phases: tuple[Phase, ...] = ("forward",)
    service: bool = False


def copy_schema(world: World, record: Record) -> None:
    if world.door == "new":
        raise PreflightFailed("the listener leads to the new home already")
    record.undo.add("empty_target", {}, where="database")
    world.deed(record.migration_id, "empty_target#", lambda: setattr(world, "filled", True))


def start_target(world: World, record: Record) -> None:
    record.undo.add("set_desired", {}, where="aws", key="server")
    world.deed(record.migration_id, "set_desired#server", lambda: setattr(world, "tasks", 1))


LISTENER: Any = {"where": "aws", "key": "listener", "service": "serves"}


def stop_services(world: World, record: Record) -> None:
    before_the_switch(record)
    record.undo.add("set_actions", {"door": world.door}, **LISTENER)
    record.milestone("pause_began")
    world.deed(record.migration_id, "set_actions#listener", lambda: setattr(world, "door", "shut"))
    record.undo.add("start_services", {}, where="aws", service="helps")

    def stop() -> None:
        # What was kept needs no old services: a second command that comes late does no harm.
        if record.migration_id not in world.kept:
            world.check(record.migration_id, "start_services#")
        world.services = False

    stand_still()
    world.check(record.migration_id, "start_services#")
    world.send(Command(f"{record.migration_id} StopServices", stop))


def fence_source(world: World, record: Record) -> None:
    record.undo.add("lift_fence", {}, where="database", service="serves")
    world.deed(record.migration_id, "lift_fence#", lambda: setattr(world, "fenced", True))


def restore_table(world: World, record: Record) -> None:
    """What CopySchema's entry takes back: it has none of its own."""
    world.deed(record.migration_id, "empty_target#", lambda: setattr(world, "filled", True))


def switch_traffic(world: World, record: Record) -> None:
    alone(record, SECONDS + 30, sleep=world.rest)
    record.undo.add("set_actions", {"door": world.door}, **LISTENER)
    mine = record.switch_begins()
    if world.refuses_switch:
        world.refuses_switch = False
        record.switch_not_made(mine)
        raise SwitchNotMade("refused")
    world.deed(record.migration_id, "set_actions#listener", lambda: setattr(world, "door", "new"))
    record.milestone("pause_ended")


HOME = "RETURN#"


def end_replication(world: World, record: Record) -> None:
    if record.migration_id not in world.going_home:
        raise NotApproved("nobody has decided to return")
    turn_to_return(record, SECONDS - 10, sleep=world.rest)


def close_new_home(world: World, record: Record) -> None:
    home, name = record.of("return"), record.migration_id
    before_users_are_home(home)
    if world.door != "shut":
        home.undo.add("set_actions", {"door": world.door}, **LISTENER)
        home.put_fact(PAUSE_FACT, {"began": "now"})
        world.deed(name, "set_actions#listener", lambda: setattr(world, "door", "shut"), HOME)
    home.undo.add("set_desired", {"count": 1}, where="aws", key="server", service="serves")
    world.deed(name, "set_desired#server", lambda: setattr(world, "tasks", 0), HOME)


def fence_target(world: World, record: Record) -> None:
    record.of("return").undo.add("lift_fence", {}, where="database", service="serves")
    shut = world.door == "shut"

    def lay() -> None:
        world.new_fenced = True

    world.deed(record.migration_id, "lift_fence#", lay, HOME)
    if not shut:
        raise PreflightFailed("users are there")


def carry_rest(world: World, record: Record) -> None:
    """Everything that is behind the fence, and nothing where there is none."""
    stand_still()
    world.carried = world.new_fenced


def open_source(world: World, record: Record) -> None:
    record.of("return").undo.add(
        "close_old_side", {}, where="database", key="opened", service="serves"
    )
    entry = "close_old_side#opened"
    world.deed(record.migration_id, entry, lambda: setattr(world, "fenced", False), HOME)


def close_what_is_open(world: World) -> None:
    """MeasureCutover's handler, by the minute."""
    active = Ownership(world.table, world.clock).holder()

    def close(home: Record) -> None:
        if not world.source_away:
            world.close_by_the_way(home.migration_id)
            home.put_fact(LEFT_OPEN_FACT, {})

    if active is not None:
        closing.while_nobody_returns(active, Context(f"run-{next(_runs)}"), close)


def start_old_services(world: World, record: Record) -> None:
    name = record.migration_id
    record.of("return").undo.add("stop_services", {}, where="aws", service="serves")

    def start() -> None:
        if world.door != "old":  # where users are home they run already
            world.check(name, "stop_services#", HOME)
        world.services = True

    stand_still()
    world.check(name, "stop_services#", HOME)
    world.send(Command(f"{name} StartOldServices", start))


def switch_back(world: World, record: Record) -> None:
    home = record.of("return")
    alone(record, SECONDS + 30, sleep=world.rest)
    if world.door != "old":
        if not world.services or world.fenced:
            raise TransientFailure("no healthy target in the old group")
        home.note_home("begun")
        world.lead_home(record.migration_id)
    arrived(home)


def go_forward(world: World, record: Record) -> str:
    """RollBack's handler, in a return."""
    home = record.of("return")
    record.not_since("return")
    record.lead_forward()
    commands: Any = world
    end_commands(record, commands, sleep=world.rest)
    ending = _ending(world, record)
    if not ending.quiet(service=True):
        return "aws"
    if turned(home):
        return "home"
    following = _forward_again(world, record, "aws", ending)
    if following == "done":
        if not leads_alone(record, SECONDS + 30, sleep=world.rest):
            return "aws"
        is_forward(home)
        record.turn("forward")
        world.going_home.discard(record.migration_id)  # a new question, and a new answer
    return following


def go_forward_database(world: World, record: Record) -> str:
    record.not_since("return")
    return _forward_again(world, record, "database", _ending(world, record))


def _forward_again(world: World, record: Record, where: Any, ending: Ending) -> str:
    name = record.migration_id

    def doing(attribute: str, value: Any) -> Callable[..., None]:
        return lambda **_: world.lead_forward(name, lambda: setattr(world, attribute, value))

    def reopen(door: Any) -> None:
        world.lead_forward(name, lambda: setattr(world, "door", door))

    def close_old_side() -> None:
        if world.source_away:
            raise ConnectionError("away")
        world.lead_forward(name, lambda: setattr(world, "fenced", True))

    actions: dict[str, Callable[..., None]] = {
        "set_actions": reopen,
        "set_desired": doing("tasks", 1),
        "stop_services": doing("services", False),
        "close_old_side": close_old_side,
        "lift_fence": doing("new_fenced", False),
    }
    ticks = count(0, 40)
    return replay(
        record.of("return").undo,
        where,
        actions,
        without={},
        ready=ending.ready,
        sleep=world.rest,
        clock=lambda: float(next(ticks)),
    )


def _ending(world: World, record: Record) -> Ending:
    commands: Any = world
    return Ending(
        record,
        SECONDS + 30,
        afterwards=lambda: end_commands(record, commands, sleep=world.rest),
        sleep=world.rest,
    )


def clean_up(world: World, record: Record) -> None:
    record.turn("kept")
    record.milestone("kept")


def _lift(world: World) -> None:
    if world.source_away:
        raise ConnectionError("away")
    world.fenced = False


def _way_back(world: World, record: Record, where: Any) -> str:
    name = record.migration_id

    def doing(does: Callable[[], object]) -> Callable[..., None]:
        return lambda **_: world.undo(name, does)

    def reopen(door: Any) -> None:
        world.undo(name, lambda: setattr(world, "door", door))
        record.milestone("reopened")

    def empty_target() -> None:
        world.undo(name, lambda: setattr(world, "filled", False))
        for entry in record.of("return").undo.proved():
            if entry.action == "lift_fence" and entry.state == "PENDING":
                world.new_fenced = False
                record.of("return").undo.done(entry)

    actions: dict[str, Callable[..., None]] = {
        "empty_target": lambda **_: empty_target(),
        "set_desired": doing(lambda: setattr(world, "tasks", 0)),
        "set_actions": reopen,
        "start_services": doing(lambda: setattr(world, "services", True)),
        "lift_fence": doing(lambda: _lift(world)),
    }
    ending = _ending(world, record)
    ticks = count(0, 40)
    return replay(
        record.undo,
        where,
        actions,
        without={},
        ready=ending.ready,
        sleep=world.rest,
        clock=lambda: float(next(ticks)),
    )


def roll_back(world: World, record: Record) -> str:
    led_home = record.phase() == "return" and turned(record.of("return"))
    decided = led_home or record.migration_id in world.went_back
    record.turn("back", unless_switched=not decided)
    commands: Any = world
    end_commands(record, commands, sleep=world.rest)
    following = _way_back(world, record, "aws")
    if following == "done":
        if turned(record.of("return")):
            arrived(record.of("return"))
        finish(record)
    return following


def roll_back_database(world: World, record: Record) -> str:
    return _way_back(world, record, "database")


def report(world: World, record: Record) -> None:
    if at_its_end(record):
        record.turn("ended")


STEPS: dict[str, Step] = {
    "CopySchema": Step(copy_schema),
    "StartTarget": Step(start_target),
    "StopServices": Step(stop_services, service=True),
    "FenceSource": Step(fence_source, service=True),
    "RestoreTable": Step(restore_table),
    "SwitchTraffic": Step(switch_traffic, service=True),
    "SwitchOnceMore": Step(switch_traffic, service=True),
    "CleanUp": Step(clean_up, phases=("forward", "kept")),
    "EndReplication": Step(end_replication, phases=("forward", "return")),
    "CloseNewHome": Step(close_new_home, phases=RETURN, service=True),
    "FenceTarget": Step(fence_target, phases=RETURN, service=True),
    "CarryRest": Step(carry_rest, phases=RETURN),
    "OpenSource": Step(open_source, phases=RETURN, service=True),
    "StartOldServices": Step(start_old_services, phases=RETURN, service=True),
    "SwitchBack": Step(switch_back, phases=RETURN, service=True),
    "GoForward": Step(go_forward, phases=("forward", "back", "return")),
    "GoForwardDatabase": Step(go_forward_database, phases=("back", "return")),
    "RollBack": Step(roll_back, phases=("forward", "back")),
    "RollBackDatabase": Step(roll_back_database, phases=("back",)),
    "Report": Step(report, phases=PHASES),
}


def at_work(  # noqa: PLR0917 - a world, and who acts in it
    world: World,
    name: str,
    migration: str,
    execution: str,
    entered: str,
    noted: Callable[[], None],
) -> Any:
    """One run of a step, by the very rules that every handler goes by."""
    step = STEPS[name]
    acting = Acting(migration, execution, step.phases, entered=entered)
    with attempt(acting, name, Context(f"run-{next(_runs)}"), service=step.service) as record:
        world.let_in(acting, name)
        noted()
        return step.does(world, record)


class Watched(Ownership):
    """Says whom a new owner takes the place of, in the moment in which it does."""

    def __init__(self, world: World, seen: Callable[[Owner], None]) -> None:
        super().__init__(world.table, world.clock)
        self._seen = seen

    def take(self, migration_id: str, execution_arn: str, **more: Any) -> Owner | None:
        """As the rules have it. Who is the owner already and begins once more takes nobody's place:
        the one before may have been redriven since, and is refused whatever it does."""
        taken = super().take(migration_id, execution_arn, **more)
        before = more.get("instead_of")
        once_more = before is not None and before.execution_arn == execution_arn
        if taken is not None and taken.previous is not None and not once_more:
            self._seen(taken.previous)
        return taken


def begun(  # noqa: PLR0917 - a world and who begins in it
    world: World,
    migration: str,
    execution: str,
    given: dict[str, Any],
    running: Callable[[str], bool],
    seen: Callable[[Owner], None],
) -> bool:
    """Begin: whether the approvers are to be asked."""
    return begin(
        parse_request(given),
        migration_id=migration,
        execution_arn=execution,
        ownership=Watched(world, seen),
        record=Record(world.table, migration, world.clock),
        is_running=running,
    )
