"""AwaitInSync: one look at whether change capture keeps step."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.sync import in_sync
from redash_migration.step import step


@step("AwaitInSync")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{in_sync, waiting_for}``"""
    settings = wiring.settings()
    return in_sync(
        wiring.record(event["migration_id"]),
        wiring.dms(),
        wiring.replication_metrics(),
        instance=settings["REPLICATION_INSTANCE_ARN"],
        phase="first",
        grace=settings.number("VALIDATION_GRACE_SECONDS"),
        limit=settings.seconds_of_hours("SYNC_TIMEOUT_HOURS"),
    )
