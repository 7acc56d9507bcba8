"""StartOldServices: what serves users on the old host; what works by itself comes later."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.host.serving import serving
from redash_migration.record.owner import RETURN
from redash_migration.step import step


@step(
    "StartOldServices",
    token=True,
    warms=(wiring.run_command, wiring.undo_keys),
    phases=RETURN,
    service=True,
)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when the old Redash has answered."""
    record = wiring.record_with_undo(event["migration_id"], "return")
    forward = record.of("forward")
    record.undo.add("stop_services", {}, where="aws", service="serves")
    command = commands.start_services(
        wiring.settings().compose_directory,
        str(forward.require_fact("source")["database"]),
        serving(forward.require_fact("host")),
        for_now=True,
    )
    wiring.host_steps(record).begin("StartOldServices", event["token"], command, seconds=300)
    return {}
