"""AskReplicationToStop: everything has arrived, so the task may stop; nobody waits for it here."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.replication.waiting import ask_replication_to_stop
from redash_migration.step import step


@step("AskReplicationToStop", warms=(wiring.dms,))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``"""
    ask_replication_to_stop(wiring.record(event["migration_id"]), wiring.dms())
    return {}
