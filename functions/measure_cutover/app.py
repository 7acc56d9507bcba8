"""MeasureCutover: what was written on the target since the switch."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.watching import watch_target
from redash_migration.step import step


@step("MeasureCutover")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{writes_since_switch, sessions, deadlocks, at}``."""
    migration_id = event["migration_id"]
    measured = watch_target(wiring.record(migration_id), wiring.target_address())
    wiring.artifacts(migration_id).put_json("measure_cutover.json", measured)
    return measured
