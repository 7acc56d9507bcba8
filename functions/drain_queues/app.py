"""DrainQueues: the old scheduler stopped and its work ended, while users still work."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.gate.seal import demand_approval
from redash_migration.approval.links.stored_keys import keys
from redash_migration.function_settings import LinkKeySettings
from redash_migration.host import commands
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(LinkKeySettings)
@step("DrainQueues", token=True, service=True)
def handler(event: dict[str, Any], context: Any, settings: LinkKeySettings) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when that has ended, or in time. NotApproved."""
    record = wiring.record_with_undo(event["migration_id"])
    demand_approval(record, keys())
    host, database = record.require_fact("host"), record.require_fact("source")["database"]
    schedulers = [
        one["name"] for one in host["containers"] if one["role"] == "scheduler" and one["running"]
    ]
    # Without a scheduler too: the restart policies come back with it.
    undo = {"services": schedulers, "database": str(database)}
    record.undo.add("start_services", undo, where="aws", key="scheduling", service="helps")
    command = commands.drain(settings.compose_directory)
    wiring.host_steps(record).begin("DrainQueues", event["token"], command, seconds=120)
    return {}
