"""PrepareReturn: can everything be brought home, and is the forward replication gone?"""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.homecoming.preparation import prepare_return
from redash_migration.record.owner import RETURN
from redash_migration.step import step


@step("PrepareReturn", phases=RETURN)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{dropped_slots}``; raises ReturnNotPossible."""
    migration_id = event["migration_id"]
    return dict(
        prepare_return(
            wiring.record(migration_id, "return"),
            wiring.plan(migration_id),
            wiring.source_address(),
            wiring.target_address(),
            wiring.settings().number("WRITE_PAUSE_BUDGET_SECONDS"),
        )
    )
