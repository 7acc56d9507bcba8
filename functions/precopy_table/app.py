"""PrecopyTable: an early copy, so that the write pause only holds the differences."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.early import precopy
from redash_migration.database.planning.items import CopyItem
from redash_migration.step import step


@step("PrecopyTable")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, schema, table, chunk, chunks, lower, upper}`` -> what was carried"""
    return precopy(
        wiring.source_address(),
        wiring.target_address(),
        CopyItem.from_json(event),
        wiring.record(event["migration_id"]),
    )
