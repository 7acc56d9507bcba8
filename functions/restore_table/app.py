"""RestoreTable: a table that replication can't carry, or a range of it, as on the source."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.copying.horizons import known_horizons
from redash_migration.database.copying.restore import restore
from redash_migration.database.planning.items import CopyItem
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("RestoreTable", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction, schema, table, chunk, chunks, lower, upper}`` -> what was
    carried"""
    item, direction = CopyItem.from_json(event), direction_of(event)
    record = wiring.record(event["migration_id"], direction)
    restored = restore(
        wiring.reading_address(direction),
        wiring.writing_address(direction),
        item.schema,
        item.name,
        item.range,
        one_of_many=item.chunks > 1,
        # On the way back the table is there with its indexes, and no step after this builds them.
        keep_indexes=direction == "return" and item.chunks > 1,
        since=known_horizons(item, record),
    )
    record.tables.put(restored.table, restored.line(item.chunk))
    return restored.to_json()
