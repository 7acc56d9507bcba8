"""CleanUp: the replication task, and its slot with it."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.configuration import delete_task, task_identifier
from redash_migration.step import step


@step("CleanUp", phases=("forward", "kept"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``"""
    record = wiring.record(event["migration_id"])
    record.turn("kept")
    record.milestone("kept")
    prefix = wiring.settings()["REPLICATION_TASK_PREFIX"]
    delete_task(wiring.dms(), task_identifier(prefix, event["migration_id"]))
    return {}
