"""CompleteSchema: indexes, foreign keys (not validated), triggers, statistics; after the load."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.schema.carrying import finish_schema, stored_dump
from redash_migration.step import step


@step("CompleteSchema")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{entries, analyzed, refused}``."""
    migration_id = event["migration_id"]
    record = wiring.record(migration_id)
    return finish_schema(
        record,
        stored_dump(record, wiring.artifacts(migration_id)),
        wiring.plan(migration_id),
        target=wiring.target_address(),
        seconds=context.get_remaining_time_in_millis() / 1000,
    )
