"""StartWorkers: scheduler and workers of the new home."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.step import step
from redash_migration.traffic.switch import start_workers


@step("StartWorkers")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, phase: "first" | "kept"}`` -> ``{running, waiting_for}``"""
    settings = wiring.settings()
    return start_workers(
        wiring.record(event["migration_id"]),
        wiring.ecs(),
        settings.services("ECS_WORKER_SERVICES"),
        phase=event.get("phase", "first"),
        limit=settings.number("TARGET_TIMEOUT_SECONDS"),
    )
