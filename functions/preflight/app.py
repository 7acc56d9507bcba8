"""Preflight: read both databases, find all that stands in the way, make the plan."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import PreflightSettings
from redash_migration.preflight.examination import Request
from redash_migration.preflight.pause import Window
from redash_migration.preflight.report import preflight
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(PreflightSettings)
@step("Preflight")
def handler(event: dict[str, Any], context: Any, settings: PreflightSettings) -> dict[str, Any]:
    """``{migration_id, allow_source_restart, prepared}`` -> ``{verdict, prepare, ...}``."""
    migration_id = event["migration_id"]
    record = wiring.record(migration_id)
    new_home = record.fact("new_home") or {}
    request = Request(
        migration_id=migration_id,
        host=record.fact("host") or {},
        application_role=settings.application_database_role,
        write_pause_budget=settings.write_pause_budget_seconds,
        window=Window(
            settings.approval_timeout_hours.seconds,
            settings.full_load_timeout_hours.seconds,
        ),
        wal_budget=settings.wal_budget_gibibytes.bytes,
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
