"""PlanCopies: what the Map states of a phase take on, one item an invocation."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.phases import plan_phase
from redash_migration.step import step


@step("PlanCopies")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, phase: precopy | restore | verify}`` -> ``{items: [...]}``"""
    migration_id = event["migration_id"]
    items = plan_phase(
        event.get("phase"),
        wiring.plan(migration_id),
        wiring.record(migration_id),
        wiring.source_address,
    )
    return {"items": items}
