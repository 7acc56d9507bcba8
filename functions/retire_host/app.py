"""RetireHost: the old database, the last of the old services, is stopped; its data stays."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.host import commands
from redash_migration.step import step


@step("RetireHost", phases=("forward", "kept"))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}``"""
    wiring.run_command().run(
        commands.retire(wiring.settings().compose_directory),
        comment=f"{event['migration_id']} RetireHost",
        seconds=180,
    )
    return {}
