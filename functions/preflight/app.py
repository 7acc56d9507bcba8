"""Preflight: read both databases, find all that stands in the way, make the plan."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.preflight.examination import Request
from redash_migration.preflight.pause import Window
from redash_migration.preflight.report import preflight
from redash_migration.step import step


@step("Preflight")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, allow_source_restart, prepared}`` -> ``{verdict, prepare, ...}``."""
    migration_id = event["migration_id"]
    settings = wiring.settings()
    record = wiring.record(migration_id)
    new_home = record.fact("new_home") or {}
    request = Request(
        migration_id=migration_id,
        host=record.fact("host") or {},
        application_role=settings["APPLICATION_DATABASE_ROLE"],
        write_pause_budget=settings.number("WRITE_PAUSE_BUDGET_SECONDS"),
        window=Window(
            settings.seconds_of_hours("APPROVAL_TIMEOUT_HOURS"),
            settings.seconds_of_hours("FULL_LOAD_TIMEOUT_HOURS"),
        ),
        wal_budget=settings.bytes_of_gibibytes("WAL_BUDGET_GIBIBYTES"),
        steps=record.steps.all(),
        replication_engine=str(new_home.get("replication_engine", "")),
        old_targets=new_home.get("old_targets", ()),
    )
    return preflight(
        record,
        wiring.artifacts(migration_id),
        source=wiring.source_address(),
        target=wiring.target_address(),
        request=request,
        may_prepare=bool(event.get("allow_source_restart")) and not event.get("prepared"),
    )
