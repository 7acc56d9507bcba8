"""StopServices: the maintenance answer for users, then the old services stopped together."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.gate.seal import demand_approval
from redash_migration.approval.links.stored_keys import keys
from redash_migration.function_settings import LinkKeySettings
from redash_migration.host import commands
from redash_migration.precedence import before_the_switch
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.switch import close_old_home

LOOK_SECONDS = 45


@with_settings(LinkKeySettings)
@step(
    "StopServices",
    token=True,
    warms=(wiring.load_balancing, wiring.run_command, wiring.undo_keys),
    service=True,
)
def handler(event: dict[str, Any], context: Any, settings: LinkKeySettings) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when all but the two stores has stopped. NotApproved."""
    record = wiring.record_with_undo(event["migration_id"])
    demand_approval(record, keys())
    before_the_switch(record)
    running = list(record.require_fact("host")["running"])
    database = str(record.require_fact("source")["database"])
    close_old_home(record, wiring.load_balancing(), settings)
    undo = {"services": running, "database": database}
    record.undo.add("start_services", undo, where="aws", service="helps")
    host = wiring.host_steps(record)
    command = commands.stop_services(settings.compose_directory)
    host.begin("StopServices", event["token"], command, seconds=120)
    host.look_until("StopServices", LOOK_SECONDS)
    return {}
