"""VerifyData: tables, or ranges of them, compared inside both servers at once."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.items import verify_parts
from redash_migration.database.verification.compare import compare
from redash_migration.database.verification.precopy import with_precopy
from redash_migration.database.verification.results import write_outcomes
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("VerifyData", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction, parts: [{schema, table, chunk, chunks, lower, upper}]}`` ->
    ``{compared}``; raises DataMismatch."""
    items = verify_parts(event)
    direction = direction_of(event)
    record = wiring.record(event["migration_id"], direction)
    outcomes = compare(
        wiring.reading_address(direction),
        wiring.writing_address(direction),
        with_precopy(items, record),
    )
    write_outcomes(record, items, outcomes)
    return {"compared": len(outcomes)}
