"""InspectNewHome: replication, listener, services and secrets of the new home; who may approve."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.assembly import readiness
from redash_migration.function_settings import InspectNewHomeSettings
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.inspection import inspect_new_home


@with_settings(InspectNewHomeSettings)
@step("InspectNewHome")
def handler(
    event: dict[str, Any], context: Any, settings: InspectNewHomeSettings
) -> dict[str, Any]:
    """``{migration_id}``; the answers go into the record as checks."""
    record = wiring.record(event["migration_id"])
    requested_by = str((record.fact("request") or {}).get("requested_by", ""))
    record.checks.put(*readiness(requested_by))
    inspect_new_home(
        record,
        dms=wiring.dms(),
        balancing=wiring.load_balancing(),
        ecs=wiring.ecs(),
        secrets=wiring.secrets(parameters=True),
        settings=settings,
    )
    return {}
