"""FenceSource: the database that is read takes no more writes, in a return the new one; proved."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.freeze.closing import close_source
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("FenceSource", warms=(wiring.source_address, wiring.undo_keys), service=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{lsn, at, ended_sessions, attempts}``; FenceNotHeld."""
    direction = direction_of(event)
    record = wiring.record_with_undo(event["migration_id"], direction)
    return close_source(record, wiring.reading_address(direction))
