"""DrainQueues: the old scheduler stopped and its queues empty, while users still work."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.services import drain_script, scheduling
from redash_migration.step import step


@step("DrainQueues", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when nothing is queued, or has not ended in time."""
    record = wiring.record(event["migration_id"])
    running = (record.fact("host") or {}).get("running", [])
    if scheduling(running):
        record.undo.add(
            "start_services", {"services": scheduling(running)}, where="aws", key="scheduling"
        )
    script = drain_script(wiring.settings()["COMPOSE_DIRECTORY"], running)
    wiring.host_steps(record).begin("DrainQueues", event["token"], script, seconds=120)
    return {}
