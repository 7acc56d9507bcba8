"""StopServices: the maintenance answer for users, then the old services stopped together."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.services import stop_script, to_stop
from redash_migration.step import step
from redash_migration.traffic.switch import close_old_home

LOOK_SECONDS = 45


@step("StopServices", token=True, warms=(wiring.load_balancing, wiring.run_command), service=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when everything but the two stores has stopped."""
    settings = wiring.settings()
    record = wiring.record(event["migration_id"])
    running = (record.fact("host") or {}).get("running", [])
    close_old_home(record, wiring.load_balancing(), settings)
    record.undo.add("start_services", {"services": to_stop(running)}, where="aws")
    host = wiring.host_steps(record)
    script = stop_script(settings["COMPOSE_DIRECTORY"], running)
    host.begin("StopServices", event["token"], script, seconds=120)
    host.look_until("StopServices", LOOK_SECONDS)
    return {}
