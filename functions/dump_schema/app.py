"""DumpSchema: the schema from the source's own pg_dump, part by part."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.step import step


@step("DumpSchema", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token, part}``; resumes with ``{part, parts}``."""
    record, part = wiring.record(event["migration_id"]), int(event["part"])
    command = commands.dump_schema(
        wiring.settings().compose_directory,
        str(record.require_fact("source")["database"]),
        part=part,
    )
    wiring.host_steps(record).begin("DumpSchema", event["token"], command, seconds=300, part=part)
    return {}
