"""PlanCopies: what the Map states take on, one item an invocation; planned before the pause."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.phases import plan_pieces
from redash_migration.step import step


@step("PlanCopies")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{restore: [...], precopy: [...], verify: [...]}``"""
    migration_id = event["migration_id"]
    return dict(
        plan_pieces(wiring.plan(migration_id), wiring.record(migration_id), wiring.source_address)
    )
