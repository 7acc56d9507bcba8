"""PrepareSource: make the old PostgreSQL ready for change data capture."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.step import step


@step("PrepareSource", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when PostgreSQL runs with its new settings."""
    record = wiring.record_with_undo(event["migration_id"])
    source = record.require_fact("source")
    database, role = str(source["database"]), str(source["role"])
    record.undo.add("unprepare_source", {"database": database, "role": role}, where="aws")
    command = commands.prepare(
        wiring.settings().compose_directory, database, role=role, port=int(source["port"])
    )
    wiring.host_steps(record).begin("PrepareSource", event["token"], command, seconds=300)
    return {}
