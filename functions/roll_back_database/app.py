"""RollBackDatabase: take back what was recorded, as far as database sessions can."""

from __future__ import annotations

from functools import partial
from typing import Any

from redash_migration import wiring
from redash_migration.database.session.terminating import end_sessions
from redash_migration.database.tidying import UndoingInDatabases
from redash_migration.direction import direction_of
from redash_migration.in_flight import Standstill
from redash_migration.record.undo.replay import replay
from redash_migration.step import step

WAITING_SECONDS = 30.0
"""How long one call waits for what is still at work; then RollBack looks, who sees the history, and
it is called again."""


@step("RollBackDatabase", phases=("back", "return"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{next: "aws" | "database" | "done"}``."""
    direction = direction_of(event)
    record = wiring.record_with_undo(event["migration_id"], direction)
    if direction == "return":
        record.not_since("return")
    source = partial(wiring.reading_address, direction)
    target = partial(wiring.writing_address, direction)
    end_sessions(source, target)
    undoing = UndoingInDatabases(record, source, target)
    standstill = Standstill(record, WAITING_SECONDS)
    following = replay(
        record.undo,
        "database",
        undoing.actions(),
        without=undoing.without_the_record(),
        ready=standstill.ready,
    )
    return {"next": following}
