"""LastLook: nobody has written on the old database since it was drained, and the new is ready."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.freeze.last_look import last_look
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.watch.watching import note_target, source_before
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("LastLook", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{checks}``; raises IntegrityViolated."""
    migration_id, direction = event["migration_id"], direction_of(event)
    record = wiring.record(migration_id, direction)
    slots = source_before(record).slots if direction == "forward" else ()
    checks = last_look(
        record, wiring.reading_address(direction), wiring.writing_address(direction), slots
    )
    write_checks(record.checks, checks)
    if direction == "forward":
        # What users write after the switch is counted from here.
        note_target(record, wiring.target_address())
    return {"checks": len(checks)}
