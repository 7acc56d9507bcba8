"""EndReplication: the forward replication task is deleted, and its slot with it."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.configuration import delete_task, task_identifier
from redash_migration.step import step


@step("EndReplication", phases=("forward", "return"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``; raises TransientFailure while the task is still there."""
    wiring.record(event["migration_id"]).turn("return")
    prefix = wiring.settings()["REPLICATION_TASK_PREFIX"]
    delete_task(wiring.dms(), task_identifier(prefix, event["migration_id"]))
    return {}
