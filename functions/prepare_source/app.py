"""PrepareSource: make the old PostgreSQL ready for change data capture."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host.preparation import prepare_script
from redash_migration.step import step


@step("PrepareSource", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes when PostgreSQL runs with its new settings."""
    record = wiring.record(event["migration_id"])
    user = (record.fact("host") or {}).get("postgres_user", "postgres")
    record.undo.add("unprepare_source", {"user": user}, where="aws")
    script = prepare_script(wiring.settings()["COMPOSE_DIRECTORY"], user)
    wiring.host_steps(record).begin("PrepareSource", event["token"], script, seconds=300)
    return {}
