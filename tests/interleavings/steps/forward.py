"""The steps of the way forward, each with its deed and its undo."""

from __future__ import annotations

from typing import Any

from redash_migration.errors import PreflightFailed, SwitchNotMade
from redash_migration.precedence import alone, before_the_switch
from redash_migration.record import Record
from tests.interleavings.actors import stand_still
from tests.interleavings.commands import Command
from tests.interleavings.steps.context import SECONDS
from tests.interleavings.world import World


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
    world.commands.send(Command(f"{record.migration_id} StopServices", stop))


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


def clean_up(world: World, record: Record) -> None:
    record.turn("kept")
    record.milestone("kept")
