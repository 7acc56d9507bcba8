"""MeasureSource: WAL held and disk left on the source; a step, and by the minute."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.watch.watching import watch_source, watch_source_by_the_way
from redash_migration.step import step


@step("MeasureSource")
def _measured(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return watch_source(wiring.record(event["migration_id"]), wiring.source_address())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``, or a scheduled event: then the migration that is running."""
    if isinstance(event, dict) and "migration_id" in event:
        return _measured(event, context)
    active = wiring.ownership().holder()
    if active is None:
        return {"verdict": "PASS", "detail": "no migration is running"}
    return watch_source_by_the_way(wiring.record(active.migration_id), wiring.source_address())
