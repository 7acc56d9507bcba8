"""DumpSchema: the schema from the source's own pg_dump, part by part."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.schema_dump import schema_dump_script
from redash_migration.step import step


@step("DumpSchema", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token, part}``; resumes with ``{part, parts}``."""
    record = wiring.record(event["migration_id"])
    host = record.fact("host") or {}
    script = schema_dump_script(
        wiring.settings()["COMPOSE_DIRECTORY"],
        user=host.get("postgres_user", "postgres"),
        database=host.get("database_name", "postgres"),
        part=int(event["part"]),
    )
    wiring.host_steps(record).begin(
        "DumpSchema", event["token"], script, seconds=300, part=int(event["part"])
    )
    return {}
