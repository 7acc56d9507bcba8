"""PrecopyTable: pre-copies and pre-comparisons, so that the write pause holds the differences."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.precopy import precopy
from redash_migration.database.planning.items import CopyItem, verify_parts
from redash_migration.database.prediction import update_prediction
from redash_migration.database.verification.precopy import precopy_comparison
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("PrecopyTable")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction, schema, table, chunk, chunks, lower, upper}`` -> what was
    carried, or ``{migration_id, direction, parts}`` -> what was pre-compared"""
    direction = direction_of(event)
    source, target = wiring.reading_address(direction), wiring.writing_address(direction)
    record = wiring.record(event["migration_id"], direction)
    if "parts" in event:
        result = precopy_comparison(source, target, verify_parts(event), record)
    else:
        result = precopy(source, target, CopyItem.from_json(event), record)
    if direction == "forward":
        update_prediction(record, wiring.plan(event["migration_id"]))
    return result
