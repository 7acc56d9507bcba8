"""RollBack: take back what was recorded, as far as AWS calls can."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.record.undo import replay
from redash_migration.rollback import Undoing, close_waits, finish
from redash_migration.step import step


@step("RollBack", phases=("forward", "back"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{next: "database" | "done"}``; RollBackIncomplete at the end."""
    record = wiring.record(event["migration_id"])
    record.turn("back")
    undoing = Undoing(
        record,
        dms=wiring.dms(),
        commands=wiring.run_command(),
        balancing=wiring.load_balancing(),
        ecs=wiring.ecs(),
        directory=wiring.settings()["COMPOSE_DIRECTORY"],
    )
    close_waits(record, wiring.resumer())
    following = replay(record.undo, "aws", undoing.actions())
    if following == "done":
        finish(record)
    return {"next": following}
