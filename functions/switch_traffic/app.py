"""SwitchTraffic: all users to the new home, when it is healthy."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.pause_budget import pause_until, within_budget
from redash_migration.precedence import alone
from redash_migration.step import step
from redash_migration.traffic.starting import unless_begun
from redash_migration.traffic.switch import open_new_home

ALONE_SECONDS = 90.0
"""How long another run, which hangs or was sent twice, is waited for; it has no longer to live."""


@step(
    "SwitchTraffic",
    warms=(wiring.load_balancing, wiring.undo_keys),
    interruptible=False,
    service=True,
)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``; TargetNotHealthy, PauseBudgetExceeded: before anything is changed."""
    record = wiring.record_with_undo(event["migration_id"])
    until = unless_begun(record, pause_until(event))
    with within_budget(until, "SwitchTraffic"):
        alone(record, ALONE_SECONDS, died=wiring.died)
    open_new_home(record, wiring.load_balancing(), wiring.settings(), until=until)
    return {}
