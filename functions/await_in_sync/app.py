"""AwaitInSync: one look at whether change capture keeps step."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import AwaitInSyncSettings
from redash_migration.replication.sync import in_sync
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(AwaitInSyncSettings)
@step("AwaitInSync")
def handler(event: dict[str, Any], context: Any, settings: AwaitInSyncSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{in_sync, waited, waiting_for}``"""
    return in_sync(
        wiring.record(event["migration_id"]),
        wiring.dms(),
        wiring.replication_metrics(),
        instance=settings.replication_instance_arn,
        state="AwaitInSync",
        grace=settings.validation_grace_seconds,
        limit=settings.sync_timeout_hours.seconds,
    )
