"""RecheckSync: people may have taken hours; is all that the write pause needs still there?"""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.replication.sync import in_sync
from redash_migration.step import step
from redash_migration.traffic.switch import start_servers

AGENT_SECONDS = 30


@step("RecheckSync")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{ready, waiting_for, targets}``

    In turn: the replication in step, the new servers healthy, the old host's agent, docker and
    database answering (a command that changes nothing). CommandFailed where they don't.
    """
    settings, record = wiring.settings(), wiring.record(event["migration_id"])
    sync = in_sync(
        record,
        wiring.dms(),
        wiring.replication_metrics(),
        instance=settings["REPLICATION_INSTANCE_ARN"],
        phase="recheck",
        grace=settings.number("VALIDATION_GRACE_SECONDS"),
        limit=settings.seconds_of_hours("SYNC_TIMEOUT_HOURS"),
    )
    if not sync["in_sync"]:
        return {"ready": False, "waiting_for": sync["waiting_for"], "targets": []}
    servers = start_servers(
        record, wiring.ecs(), wiring.load_balancing(), settings, phase="recheck"
    )
    if not servers["healthy"]:
        return {"ready": False, "waiting_for": [servers["waiting_for"]], "targets": []}
    wiring.run_command().run(
        commands.ping(
            settings["COMPOSE_DIRECTORY"], str(record.require_fact("source")["database"])
        ),
        comment=f"{record.migration_id} RecheckSync: does the agent answer?",
        seconds=AGENT_SECONDS,
    )
    return {"ready": True, "waiting_for": [], "targets": servers["targets"]}
