"""StartWorkers: scheduler and workers of the new home."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import StartWorkersSettings
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.starting import start_workers


@with_settings(StartWorkersSettings)
@step("StartWorkers")
def handler(event: dict[str, Any], context: Any, settings: StartWorkersSettings) -> dict[str, Any]:
    """``{migration_id, state}`` -> ``{running, waited, waiting_for}``, in either state."""
    return start_workers(
        wiring.record_with_undo(event["migration_id"]),
        wiring.ecs(),
        settings.ecs_worker_services,
        state=event.get("state", "StartWorkers"),
        limit=settings.target_timeout_seconds,
    )
