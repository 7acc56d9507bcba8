"""The steps of a return, and what the minute closes behind one that failed."""

from __future__ import annotations

from redash_migration.errors import NotApproved, PreflightFailed, TransientFailure
from redash_migration.homecoming import closing
from redash_migration.homecoming.arrival import arrived, before_users_are_home
from redash_migration.homecoming.facts import LEFT_OPEN_FACT, PAUSE_FACT
from redash_migration.precedence import alone, turn_to_return
from redash_migration.record import Record
from redash_migration.record.ownership import Ownership
from tests.interleavings.actors import stand_still
from tests.interleavings.commands import Command
from tests.interleavings.steps.context import SECONDS, another_run
from tests.interleavings.steps.forward import LISTENER
from tests.interleavings.world import World

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
        closing.while_nobody_returns(active, another_run(), close)


def start_old_services(world: World, record: Record) -> None:
    name = record.migration_id
    record.of("return").undo.add("stop_services", {}, where="aws", service="serves")

    def start() -> None:
        if world.door != "old":  # where users are home they run already
            world.check(name, "stop_services#", HOME)
        world.services = True

    stand_still()
    if world.door != "old":
        world.check(name, "stop_services#", HOME)
    world.commands.send(Command(f"{name} StartOldServices", start))


def switch_back(world: World, record: Record) -> None:
    home = record.of("return")
    alone(record, SECONDS + 30, sleep=world.rest)
    if world.door != "old":
        if not world.services or world.fenced:
            raise TransientFailure("no healthy target in the old group")
        home.note_home("begun")
        world.lead_home(record.migration_id)
    arrived(home)
