"""MeasureCutover: what was written since the switch, and what going back would cost."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.homecoming.closing import close_again, while_nobody_returns
from redash_migration.homecoming.measuring import measure_by_the_way, measure_return
from redash_migration.step import step


@step("MeasureCutover")
def _measured(event: dict[str, Any], context: Any) -> dict[str, Any]:
    migration_id = event["migration_id"]
    record = wiring.record(migration_id)
    measured = measure_return(
        record,
        wiring.plan(migration_id),
        wiring.source_address(),
        wiring.target_address(),
        wiring.settings().write_pause_budget_seconds,
    )
    wiring.artifacts(migration_id).put_json("measure_cutover.json", measured)
    return {
        **measured,
        "switched": record.switch_stands(),
        "doubt": "pause_ended" not in record.milestones(),
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{writes_since_switch, sessions, deadlocks, at, return, switched,
    doubt}``, or a scheduled event: then the migration that is running.

    ``switched`` is false where the switch was never begun, or was seen not to be made: then nobody
    can be on the new side. ``doubt``: nobody has seen it made.
    """
    if isinstance(event, dict) and "migration_id" in event:
        return _measured(event, context)
    active = wiring.ownership().holder()
    if active is None:
        return {"detail": "no migration is running"}
    while_nobody_returns(active, context, lambda home: close_again(home, wiring.source_address()))
    return measure_by_the_way(
        wiring.record(active.migration_id),
        lambda: wiring.plan(active.migration_id),
        wiring.source_address,
        wiring.target_address,
        wiring.settings().write_pause_budget_seconds,
    )
