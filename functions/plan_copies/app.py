"""PlanCopies: what the Map states take on, one item an invocation; planned before the pause."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.phases import plan_pieces
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("PlanCopies")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{restore: [...], precopy: [...], verify: [...]}``"""
    migration_id, direction = event["migration_id"], direction_of(event)
    return dict(
        plan_pieces(
            wiring.plan(migration_id),
            wiring.record(migration_id, direction),
            lambda: wiring.reading_address(direction),
        )
    )
