"""RollBackDatabase: take back what was recorded, as far as database sessions can."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.schema.tidying import Undoing
from redash_migration.record.undo import replay
from redash_migration.step import step


@step("RollBackDatabase", phases=("back",))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{next: "aws" | "database" | "done"}``."""
    record = wiring.record(event["migration_id"])
    undoing = Undoing(record, wiring.source_address(), wiring.target_address())
    return {"next": replay(record.undo, "database", undoing.actions())}
