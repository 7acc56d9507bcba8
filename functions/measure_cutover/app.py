"""MeasureCutover: what was written on the target since the switch."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.watch.watching import watch_target
from redash_migration.step import step


@step("MeasureCutover")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{writes_since_switch, sessions, deadlocks, at, switched}``.

    ``switched`` is false when the switch was never begun: then nobody can be on the new side.
    """
    migration_id = event["migration_id"]
    record = wiring.record(migration_id)
    measured = watch_target(record, wiring.target_address())
    wiring.artifacts(migration_id).put_json("measure_cutover.json", measured)
    return {**measured, "switched": "switch_began" in record.milestones()}
