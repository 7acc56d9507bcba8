"""FenceSource: the old database takes no more writes, and that is proved."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.freeze.closing import close_source
from redash_migration.step import step


@step("FenceSource", warms=(wiring.source_address,), service=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{lsn, at, ended_sessions, attempts}``; raises FenceNotHeld."""
    return close_source(wiring.record(event["migration_id"]), wiring.source_address())
