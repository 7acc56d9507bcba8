"""PrecopyTable: pre-copies and pre-comparisons, so that the write pause holds the differences."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.precopy import precopy
from redash_migration.database.planning.items import CopyItem, verify_parts
from redash_migration.database.prediction import update_prediction
from redash_migration.database.verification.precopy import precopy_comparison
from redash_migration.step import step


@step("PrecopyTable")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, schema, table, chunk, chunks, lower, upper}`` -> what was carried, or
    ``{migration_id, parts}`` -> what was pre-compared"""
    source, target = wiring.source_address(), wiring.target_address()
    record = wiring.record(event["migration_id"])
    if "parts" in event:
        result = precopy_comparison(source, target, verify_parts(event), record)
    else:
        result = precopy(source, target, CopyItem.from_json(event), record)
    update_prediction(record, wiring.plan(event["migration_id"]))
    return result
