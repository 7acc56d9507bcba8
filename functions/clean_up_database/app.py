"""CleanUpDatabase: canary, control tables and slot removed; the old database stays closed."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.tidying import clean_up
from redash_migration.step import step


@step("CleanUpDatabase", phases=("forward", "kept"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{removed: [str]}``."""
    record = wiring.record(event["migration_id"])
    return {"removed": clean_up(record, wiring.source_address(), wiring.target_address())}
