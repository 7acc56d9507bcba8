"""Begin: check the execution's input, name the migration, become the owner."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.begin import begin, migration_name
from redash_migration.execution_input import parse_request


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{input, execution_arn, started_at}`` -> ``{migration_id, mode, ask, ...}``; ``ask``: the
    approvers are asked before anything is taken back."""
    event = event if isinstance(event, dict) else {}
    request = parse_request(event.get("input"))
    migration_id = request.migration_id or migration_name(str(event.get("started_at")))
    ask = begin(
        request,
        migration_id=migration_id,
        execution_arn=str(event.get("execution_arn")),
        ownership=wiring.ownership(),
        record=wiring.record(migration_id),
        is_running=wiring.resumer().is_running,
        started_at=str(event.get("started_at") or ""),
    )
    return {
        "migration_id": migration_id,
        "mode": request.mode,
        "ask": ask,
        "allow_source_restart": request.allow_source_restart,
    }
