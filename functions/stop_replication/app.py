"""StopReplication: the task's end, demanded; its event resumes the machine."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.waiting import stop_replication
from redash_migration.step import step


@step("StopReplication", token=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, token}``; resumes with ``{stop_reason, stop_date}``."""
    record = wiring.record(event["migration_id"])
    stop_replication(record, wiring.dms(), wiring.resumer(), event["token"])
    return {}
