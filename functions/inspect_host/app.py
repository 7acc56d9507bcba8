"""InspectHost: containers, versions, disk and setting fingerprints of the old host."""

from __future__ import annotations

import secrets
from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.step import step


@step("InspectHost", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when the command has ended."""
    record = wiring.record(event["migration_id"])
    key = record.put_fact_once("fingerprint_key", {"key": secrets.token_hex(16)})["key"]
    source = wiring.source_address()
    # Where later steps find them: they may not read the secret, and none of it is secret.
    found = {"database": source.dbname, "role": source.username, "port": source.port}
    record.put_fact("source", found)
    command = commands.inspect(wiring.settings().compose_directory, key, source.dbname)
    wiring.host_steps(record).begin("InspectHost", event["token"], command, seconds=120)
    return {}
