"""CloseNewHome: the maintenance answer, then every task of the new home to its end."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import CloseNewHomeSettings
from redash_migration.homecoming.traffic import close_new_home
from redash_migration.record.owner import RETURN
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(CloseNewHomeSettings)
@step(
    "CloseNewHome",
    warms=(wiring.ecs, wiring.load_balancing, wiring.undo_keys),
    phases=RETURN,
    service=True,
)
def handler(event: dict[str, Any], context: Any, settings: CloseNewHomeSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{closed, waiting_for}``; raises TasksStillRun."""
    return close_new_home(
        wiring.record_with_undo(event["migration_id"], "return"),
        wiring.ecs(),
        wiring.load_balancing(),
        settings,
    )
