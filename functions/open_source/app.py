"""OpenSource: the old database takes writes again, for it holds all there is."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.homecoming.opening import open_source
from redash_migration.record.owner import RETURN
from redash_migration.step import step


@step("OpenSource", warms=(wiring.source_address, wiring.undo_keys), phases=RETURN, service=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{}``"""
    open_source(wiring.record_with_undo(event["migration_id"], "return"), wiring.source_address())
    return {}
