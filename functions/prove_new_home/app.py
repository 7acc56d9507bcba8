"""ProveNewHome: the new home asked as Redash from its own network, the old one beside it."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import ProveNewHomeSettings
from redash_migration.settings import with_settings
from redash_migration.step import step
from redash_migration.traffic.proof.proving import prove


@with_settings(ProveNewHomeSettings)
@step("ProveNewHome")
def handler(event: dict[str, Any], context: Any, settings: ProveNewHomeSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{proven, waiting_for}``; raises NewHomeNotProven."""
    return prove(
        wiring.record_with_undo(event["migration_id"]),
        ecs=wiring.ecs(),
        logs=wiring.logs(),
        commands=wiring.run_command(),
        settings=settings,
    )
