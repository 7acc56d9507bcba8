"""PrecopyTable: pre-copies and pre-comparisons, so that the write pause holds the differences."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.pieces import precopy_pieces
from redash_migration.database.planning.items import copy_pieces, verify_parts
from redash_migration.database.prediction import update_prediction
from redash_migration.database.verification.precopy import precopy_comparison
from redash_migration.database.watch.apply_probe import probe_apply
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("PrecopyTable")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction, schema, table, chunk, chunks, lower, upper}``, or of small tables
    together ``{..., tables: [...]}`` -> ``{carried}``; ``{migration_id, direction, parts}`` -> what
    was pre-compared"""
    direction = direction_of(event)
    source, target = wiring.reading_address(direction), wiring.writing_address(direction)
    record = wiring.record(event["migration_id"], direction)
    plan = wiring.plan(event["migration_id"])
    if "parts" in event:
        result = precopy_comparison(source, target, verify_parts(event), record)
    else:
        items = copy_pieces(event)
        result = {"carried": precopy_pieces(source, target, items, record)}
        # By one item of all: the probes of two would be in each other's way.
        first = plan.restored[0].qualified_name if plan.restored else ""
        if direction == "forward" and (first, 0) in {
            (item.qualified_name, item.chunk) for item in items
        }:
            probe_apply(record, source, target)
    if direction == "forward":
        update_prediction(record, plan)
    return result
