"""ResumeChangeCapture: let the task go on with the changes since the full load."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.sync import resume_change_capture
from redash_migration.step import step


@step("ResumeChangeCapture")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``"""
    resume_change_capture(wiring.record(event["migration_id"]), wiring.dms())
    return {}
