"""RecheckSync: people may have taken hours; is all that the write pause needs still there?"""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import RecheckSyncSettings
from redash_migration.host import commands
from redash_migration.replication.sync import in_sync
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.new_home.listener import inspect_target_group
from redash_migration.traffic.new_home.unchanged import demand_unchanged
from redash_migration.traffic.starting import start_servers
from redash_migration.traffic.switch import demand_closed

AGENT_SECONDS = 30


AGAIN: dict[str, Any] = {"ready": False, "targets": []}


@with_settings(RecheckSyncSettings)
@step("RecheckSync")
def handler(event: dict[str, Any], context: Any, settings: RecheckSyncSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{ready, waiting_for, targets, waited}``

    In turn: the replication in step, the new servers healthy, still closed and what was proven
    (CheckFailed), the old host's agent, docker and database answering (a command that changes
    nothing; CommandFailed).
    """
    record = wiring.record_with_undo(event["migration_id"])
    sync = in_sync(
        record,
        wiring.dms(),
        wiring.replication_metrics(),
        instance=settings.replication_instance_arn,
        state="RecheckSync",
        grace=settings.validation_grace_seconds,
        limit=settings.sync_timeout_hours.seconds,
    )
    if not sync["in_sync"]:
        return {**AGAIN, "waiting_for": sync["waiting_for"], "waited": sync["waited"]}
    servers = start_servers(
        record, wiring.ecs(), wiring.load_balancing(), settings, state="RecheckSync"
    )
    if not servers["healthy"]:
        return {**AGAIN, "waiting_for": [servers["waiting_for"]], "waited": servers["waited"]}
    balancing = wiring.load_balancing()
    demand_closed(record, balancing, settings)
    group = inspect_target_group(balancing, settings.target_group_arn)
    demand_unchanged(record, wiring.ecs(), balancing, settings, group)
    wiring.run_command().run(
        commands.ping(settings.compose_directory, str(record.require_fact("source")["database"])),
        comment=f"{record.migration_id} RecheckSync: does the agent answer?",
        seconds=AGENT_SECONDS,
    )
    return {"ready": True, "waiting_for": [], "targets": servers["targets"], "waited": 0.0}
