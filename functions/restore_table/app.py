"""RestoreTable: a table that replication can't carry, or a range of it, as on the source."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.pieces import restore_pieces
from redash_migration.database.planning.items import copy_pieces
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("RestoreTable", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction, schema, table, chunk, chunks, lower, upper}``, or of small tables
    together ``{migration_id, direction, tables: [...]}`` -> ``{restored}``"""
    direction = direction_of(event)
    restored = restore_pieces(
        wiring.reading_address(direction),
        wiring.writing_address(direction),
        copy_pieces(event),
        wiring.record(event["migration_id"], direction),
    )
    return {"restored": [one.to_json() for one in restored]}
