"""SwitchBack: all users to the old home, when it is healthy and holds everything."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.homecoming.traffic import open_old_home
from redash_migration.pause_budget import pause_until
from redash_migration.precedence import alone
from redash_migration.record.owner import RETURN
from redash_migration.step import step

ALONE_SECONDS = 30.0
"""How long a run that hangs, or was sent twice, is waited for; then a retry waits on."""


@step(
    "SwitchBack",
    warms=(wiring.load_balancing, wiring.undo_keys),
    phases=RETURN,
    service=True,
    interruptible=False,
)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``; raises TargetNotHealthy, PauseBudgetExceeded, SwitchNotMade before users
    are there. A switch that has begun is interrupted by nobody."""
    record = wiring.record_with_undo(event["migration_id"], "return")
    alone(record, ALONE_SECONDS, died=wiring.died)
    open_old_home(record, wiring.load_balancing(), wiring.settings(), until=pause_until(event))
    return {}
