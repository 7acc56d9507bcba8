"""CheckFullLoad: every table complete, no row left behind."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.sync import check_full_load
from redash_migration.step import step


@step("CheckFullLoad")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``; raises FullLoadIncomplete."""
    migration_id = event["migration_id"]
    plan = wiring.plan(migration_id)
    check_full_load(wiring.record(migration_id), wiring.dms(), plan)
    return {}
