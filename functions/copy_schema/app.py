"""CopySchema: what rows need on the target, from the source's own dump; the canary."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.schema.carrying import carry_schema, stored_dump
from redash_migration.step import step


@step("CopySchema")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{entries, waiting, relaxed_columns}``."""
    migration_id = event["migration_id"]
    record = wiring.record_with_undo(migration_id)
    return carry_schema(
        record,
        stored_dump(record, wiring.artifacts(migration_id)),
        wiring.plan(migration_id),
        source=wiring.source_address(),
        target=wiring.target_address(),
        application_role=wiring.settings().application_database_role,
    )
