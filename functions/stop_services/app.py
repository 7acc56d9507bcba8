"""StopServices: the maintenance answer for users, then the old services stopped in order."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.services import DATABASE, stop_script
from redash_migration.step import step
from redash_migration.traffic.switch import close_old_home


@step("StopServices", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when everything but the database has stopped."""
    settings = wiring.settings()
    record = wiring.record(event["migration_id"])
    running = [name for name in (record.fact("host") or {}).get("running", []) if name != DATABASE]
    close_old_home(record, wiring.load_balancing(), settings)
    record.undo.add("start_services", {"services": running}, where="aws")
    script = stop_script(settings["COMPOSE_DIRECTORY"], running)
    wiring.host_steps(record).begin("StopServices", event["token"], script, seconds=300)
    return {}
