"""RollBack: take back what was recorded, as far as AWS calls can."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.gate.seal import decided_to_go_back
from redash_migration.approval.links.stored_keys import keys
from redash_migration.direction import direction_of
from redash_migration.function_settings import RollBackSettings
from redash_migration.homecoming.arrival import arrived, turned
from redash_migration.homecoming.forward_again import is_forward, note_failure
from redash_migration.in_flight import Standstill, end_commands
from redash_migration.precedence import leads_alone
from redash_migration.record.undo.replay import replay
from redash_migration.report.finish import named
from redash_migration.rollback.actions import Undoing
from redash_migration.rollback.end import close_waits, finish, tell_refused
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.actions import maintenance

WAITING_SECONDS = 300.0
"""How long one call waits for what is still at work; then it is called again."""
OTHERS_SECONDS = 60.0
"""The same for another run of its own kind, which may be waiting for this one."""


@with_settings(RollBackSettings)
@step("RollBack", phases=("forward", "back", "return"))
def handler(event: dict[str, Any], context: Any, settings: RollBackSettings) -> dict[str, Any]:
    """``{migration_id, direction, failure}`` -> ``{next: "aws" | "database" | "done" | "home"}``;
    RollBackIncomplete; SwitchBegun, NotApproved: users may be on the new side, and nobody has
    decided to take them from there. In a return it is what leads forward again, and ``failure``
    why; ``home`` where its listener had turned before it failed."""
    direction = direction_of(event)
    record = wiring.record_with_undo(event["migration_id"], direction)
    if direction == "forward":
        # People decided that a return begins; that it has led users home stands with the owner.
        led_home = record.phase() == "return" and turned(record.of("return"))
        home = led_home or decided_to_go_back(record, keys)
        record.turn("back", unless_switched=not home)
    else:
        record.not_since("return")
        record.lead_forward()
    undoing = Undoing(
        record,
        dms=wiring.dms(),
        commands=wiring.run_command(),
        balancing=wiring.load_balancing(),
        ecs=wiring.ecs(),
        settings=settings,
    )
    close_waits(record, wiring.resumer())
    commands = wiring.run_command()
    end_commands(record, commands)
    standstill = Standstill(
        record,
        WAITING_SECONDS,
        afterwards=lambda: end_commands(record, commands),
        died=wiring.died,
    )
    standstill.close_gone()
    if direction == "return":
        # A SwitchBack that was given up may be at work still: where users are is known after it.
        if not standstill.quiet(service=True):
            return {"next": "aws"}
        if turned(record):
            return {"next": "home"}
        note_failure(record, named(event.get("failure")))
    else:
        undoing.leave_new_home(maintenance(settings.language))
    following = replay(
        record.undo,
        "aws",
        undoing.actions(),
        without=undoing.without_the_record(),
        ready=standstill.ready,
        dispensable=undoing.dispensable,
    )
    if following == "done":
        tell_refused(record)
    if following == "done" and direction == "return":
        if not leads_alone(record, OTHERS_SECONDS, died=wiring.died):
            return {"next": "aws"}
        is_forward(record)
        record.turn("forward")
    elif following == "done":
        if turned(record.of("return")):
            arrived(record.of("return"), record.milestones().get("reopened", ""))
        finish(record)
    return {"next": following}
