"""A Run Command event: a hint to look at the command now."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.waiting import KINDS
from redash_migration.replication.events import command_id


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An EventBridge event -> ``{resumed: [kinds]}``; a foreign command's changes nothing."""
    holder = wiring.ownership().holder()
    command = command_id(event)
    if holder is None or not command:
        return {"resumed": []}
    record = wiring.record(holder.migration_id)
    steps = wiring.host_steps(record)
    waits = [wait for wait in record.waits.waiting_for(command) if wait.kind in KINDS]
    return {"resumed": [wait.kind for wait in waits if steps.answer(wait)]}
