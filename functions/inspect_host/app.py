"""InspectHost: services, versions, disk and secret fingerprints of the old host."""

from __future__ import annotations

import secrets
from typing import Any

from redash_migration import wiring
from redash_migration.host.inspection import inspection_script
from redash_migration.step import step


@step("InspectHost", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when the command has ended."""
    record = wiring.record(event["migration_id"])
    key = record.put_fact_once("fingerprint_key", {"key": secrets.token_hex(16)})["key"]
    script = inspection_script(wiring.settings()["COMPOSE_DIRECTORY"], key)
    wiring.host_steps(record).begin("InspectHost", event["token"], script, seconds=120)
    return {}
