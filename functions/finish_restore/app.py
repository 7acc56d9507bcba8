"""FinishRestore: indexes that were put off for tables carried over in ranges."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.finish import finish
from redash_migration.step import step


@step("FinishRestore", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{built_indexes}``"""
    tables = [(table.schema, table.name) for table in wiring.plan(event["migration_id"]).restored]
    finished = finish(wiring.source_address(), wiring.target_address(), tables)
    return {"built_indexes": sum(table.built_indexes for table in finished)}
