"""ConfigureReplication: test both endpoints, make this migration's replication task."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import ConfigureReplicationSettings
from redash_migration.replication.configuration import configure
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(ConfigureReplicationSettings)
@step("ConfigureReplication")
def handler(
    event: dict[str, Any], context: Any, settings: ConfigureReplicationSettings
) -> dict[str, Any]:
    """``{migration_id}`` -> ``{task_arn}``"""
    migration_id = event["migration_id"]
    plan = wiring.plan(migration_id)
    record = wiring.record_with_undo(migration_id)
    return {"task_arn": configure(record, wiring.dms(), plan, settings)}
