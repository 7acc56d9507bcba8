"""What takes back: a roll-back, and a return led forward again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from redash_migration.homecoming.arrival import arrived, turned
from redash_migration.homecoming.forward_again import is_forward
from redash_migration.in_flight import Standstill, end_commands
from redash_migration.precedence import leads_alone
from redash_migration.record import Record
from redash_migration.record.undo.replay import replay
from redash_migration.record.undo.undo import Undo
from redash_migration.rollback.end import at_its_end, close_waits, finish
from tests.interleavings.steps.context import SECONDS
from tests.interleavings.world import World


def go_forward(world: World, record: Record) -> str:
    """RollBack's handler, in a return."""
    home = record.of("return")
    record.not_since("return")
    record.lead_forward()
    close_waits(record, world.resumer)
    commands: Any = world.commands
    end_commands(record, commands, sleep=world.rest)
    standstill = _standstill(world, record)
    if not standstill.quiet(service=True):
        return "aws"
    if turned(home):
        return "home"
    following = _forward_again(world, record, "aws", standstill)
    if following == "done":
        if not leads_alone(record, SECONDS + 30, sleep=world.rest):
            return "aws"
        is_forward(home)
        record.turn("forward")
        world.going_home.discard(record.migration_id)  # a new question, and a new answer
    return following


def go_forward_database(world: World, record: Record) -> str:
    record.not_since("return")
    return _forward_again(world, record, "database", _standstill(world, record))


def _forward_again(world: World, record: Record, where: Any, standstill: Standstill) -> str:
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
    return _replayed(world, record.of("return").undo, where, actions, standstill)


def _replayed(
    world: World,
    undo: Undo,
    where: Any,
    actions: dict[str, Callable[..., None]],
    standstill: Standstill,
) -> str:
    ticks = count(0, 40)
    return replay(
        undo,
        where,
        actions,
        without={},
        ready=standstill.ready,
        sleep=world.rest,
        clock=lambda: float(next(ticks)),
    )


def _standstill(world: World, record: Record) -> Standstill:
    commands: Any = world.commands
    return Standstill(
        record,
        SECONDS + 30,
        afterwards=lambda: end_commands(record, commands, sleep=world.rest),
        sleep=world.rest,
    )


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
    return _replayed(world, record.undo, where, actions, _standstill(world, record))


def roll_back(world: World, record: Record) -> str:
    led_home = record.phase() == "return" and turned(record.of("return"))
    decided = led_home or record.migration_id in world.went_back
    record.turn("back", unless_switched=not decided)
    close_waits(record, world.resumer)
    commands: Any = world.commands
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
