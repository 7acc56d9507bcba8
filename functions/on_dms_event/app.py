"""A DMS task event: a hint to look at the task now."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.events import task_arns
from redash_migration.replication.waiting import ANSWERS, answer_task_wait


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An EventBridge event -> ``{resumed: [kinds]}``; an event of another task changes nothing."""
    holder = wiring.ownership().holder()
    arns = task_arns(event)
    if holder is None or not arns:
        return {"resumed": []}
    record = wiring.record(holder.migration_id)
    waits = [wait for arn in arns for wait in record.waits.waiting_for(arn)]
    return {
        "resumed": [
            wait.kind
            for wait in waits
            if wait.kind in ANSWERS
            and answer_task_wait(record, wiring.dms(), wiring.resumer(), wait)
        ]
    }
