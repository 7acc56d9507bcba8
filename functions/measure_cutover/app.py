"""MeasureCutover: what was written since the switch, and what going back would cost."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from redash_migration import wiring
from redash_migration.errors import NotTheOwner
from redash_migration.homecoming.closing import STATE, close_again, left_open
from redash_migration.homecoming.measuring import measure_by_the_way, measure_return
from redash_migration.record.owner import FORWARD, Acting, Owner
from redash_migration.step import attempt, step

logger = Logger(service="redash-migration")


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
    return {**measured, "switched": "switch_began" in record.milestones()}


def _close_what_is_open(active: Owner, context: Any) -> None:
    """What a return that failed had to leave open; nothing while a return is at work."""
    if active.phase != "forward" or not left_open(wiring.record(active.migration_id).of("return")):
        return
    acting = Acting(active.migration_id, active.execution_arn, FORWARD)
    try:
        with attempt(acting, STATE, context, service=True) as record:
            close_again(record.of("return"), wiring.source_address())
    except NotTheOwner:
        logger.info("the migration has turned meanwhile")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{writes_since_switch, sessions, deadlocks, at, return, switched}``,
    or a scheduled event: then the migration that is running.

    ``switched`` is false when the switch was never begun: then nobody can be on the new side.
    """
    if isinstance(event, dict) and "migration_id" in event:
        return _measured(event, context)
    active = wiring.ownership().holder()
    if active is None:
        return {"detail": "no migration is running"}
    _close_what_is_open(active, context)
    return measure_by_the_way(
        wiring.record(active.migration_id),
        lambda: wiring.plan(active.migration_id),
        wiring.source_address,
        wiring.target_address,
        wiring.settings().write_pause_budget_seconds,
    )
