"""LookAtOldHome: are the old servers healthy? Nobody is sent there yet."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.function_settings import LookAtOldHomeSettings
from redash_migration.homecoming.traffic import look_at_old_home
from redash_migration.record.owner import RETURN
from redash_migration.settings import with_settings
from redash_migration.step import step


@with_settings(LookAtOldHomeSettings)
@step("LookAtOldHome", warms=(wiring.load_balancing, wiring.undo_keys), phases=RETURN)
def handler(event: dict[str, Any], context: Any, settings: LookAtOldHomeSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{healthy, targets: [{host, port}], waiting_for}``"""
    record = wiring.record_with_undo(event["migration_id"], "return")
    return look_at_old_home(record, wiring.load_balancing(), settings)
