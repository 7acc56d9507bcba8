"""StartTarget: raise the new servers and look at their health; nobody is sent there yet."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import StartTargetSettings
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.starting import start_servers


@with_settings(StartTargetSettings)
@step("StartTarget")
def handler(event: dict[str, Any], context: Any, settings: StartTargetSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{healthy, targets: [{host, port}], waited, waiting_for}``"""
    record = wiring.record_with_undo(event["migration_id"])
    return start_servers(record, wiring.ecs(), wiring.load_balancing(), settings)
