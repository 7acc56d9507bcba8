"""The steps of a migration that change what users see, each with its deed and its undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from redash_migration.begin import begin, parse_request
from redash_migration.errors import PreflightFailed
from redash_migration.in_flight import Ending, alone, before_the_switch, end_commands
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, Acting, Owner, Ownership, Phase
from redash_migration.record.replay import replay
from redash_migration.rollback import at_its_end, finish
from redash_migration.step import _at_work
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
        if (record.migration_id, "MILESTONE#kept") not in world.table.items:
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
    record.switch_begins()
    world.deed(record.migration_id, "set_actions#listener", lambda: setattr(world, "door", "new"))
    record.milestone("pause_ended")


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

    actions = {
        "empty_target": doing(lambda: setattr(world, "filled", False)),
        "set_desired": doing(lambda: setattr(world, "tasks", 0)),
        "set_actions": reopen,
        "start_services": doing(lambda: setattr(world, "services", True)),
        "lift_fence": doing(lambda: _lift(world)),
    }
    commands: Any = world
    ending = Ending(
        record,
        SECONDS + 30,
        afterwards=lambda: end_commands(record, commands, sleep=world.rest),
        sleep=world.rest,
    )
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
    record.turn("back", unless_switched=record.migration_id not in world.went_back)
    commands: Any = world
    end_commands(record, commands, sleep=world.rest)
    following = _way_back(world, record, "aws")
    if following == "done":
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
    "RollBack": Step(roll_back, phases=("forward", "back")),
    "RollBackDatabase": Step(roll_back_database, phases=("back",)),
    "Report": Step(report, phases=PHASES),
}


def at_work(
    world: World, name: str, migration: str, execution: str, noted: Callable[[], None]
) -> Any:
    """One run of a step, by the very rules that every handler goes by."""
    step = STEPS[name]
    acting = Acting(migration, execution, step.phases)
    with _at_work(acting, name, Context(f"run-{next(_runs)}"), service=step.service) as record:
        world.let_in(acting, name)
        noted()
        return step.does(world, record)


class Watched(Ownership):
    """Says whom a new owner takes the place of, in the moment in which it does."""

    def __init__(self, world: World, seen: Callable[[Owner], None]) -> None:
        super().__init__(world.table, world.clock)
        self._seen = seen

    def take(self, *rest: Any, **more: Any) -> Owner | None:
        """As the rules have it."""
        taken = super().take(*rest, **more)
        if taken is not None and taken.previous is not None:
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
