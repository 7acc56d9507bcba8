"""PlanCopies: what the Map states take on, one item an invocation; planned before the pause."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.pieces import plan_pieces
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("PlanCopies")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{restore: [...], precopy: [...], verify: [...]}``

    On the way forward, raises IntegrityViolated for what VerifyIntegrity would, already now.
    """
    migration_id, direction = event["migration_id"], direction_of(event)
    record, plan = wiring.record(migration_id, direction), wiring.plan(migration_id)
    if direction == "forward":
        from redash_migration.database.integrity.early import failures, judge_new_home
        from redash_migration.database.integrity.results import write_checks

        found = judge_new_home(
            wiring.source_address(),
            wiring.target_address(),
            [(table.schema, table.name) for table in plan.tables],
            wiring.settings().application_database_role,
        )
        write_checks(record.checks, failures(found))
    return dict(plan_pieces(plan, record, lambda: wiring.reading_address(direction)))
