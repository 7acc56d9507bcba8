"""DrainChanges: has everything that was written before the fence arrived?"""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.freeze.closing import drain_source
from redash_migration.step import step


@step("DrainChanges", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{drained, waiting_for}``; raises NotDrained, FenceNotHeld."""
    return drain_source(
        wiring.record(event["migration_id"]),
        wiring.source_address(),
        wiring.target_address(),
        # A little before the budget's own alarm, which does not know what is waited for.
        limit=wiring.settings().write_pause_budget_seconds - 3,
    )
