"""FinishRestore: what waits for the last row of the restored tables, and of all tables."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.finish import finish
from redash_migration.database.copying.horizons import note_equal
from redash_migration.database.schema.carrying import finish_constraints
from redash_migration.database.watch.still import note_still
from redash_migration.step import step


@step("FinishRestore", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{built_indexes, constraints}``"""
    plan = wiring.plan(event["migration_id"])
    source, target = wiring.source_address(), wiring.target_address()
    record = wiring.record(event["migration_id"])
    tables = [(table.schema, table.name) for table in plan.restored]
    finished = finish(source, target, tables)
    constraints = finish_constraints(
        record,
        plan,
        target=target,
        seconds=context.get_remaining_time_in_millis() / 1000,
    )
    # Nothing more is written by us but sequences: what is found equal is equal from here on.
    note_still(record, target)
    note_equal(record, source, target)
    return {
        "built_indexes": sum(table.built_indexes for table in finished),
        "constraints": constraints,
    }
