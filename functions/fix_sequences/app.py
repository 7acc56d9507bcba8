"""FixSequences: the target's sequences go on where the source's stood."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.sequences.ledger import write_sequences
from redash_migration.step import step


@step("FixSequences")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{sequences}``; raises SequenceNotSettable."""
    migration_id = event["migration_id"]
    fixed = fix_sequences(wiring.source_address(), wiring.target_address())
    write_sequences(wiring.record(migration_id).checks, wiring.artifacts(migration_id), fixed)
    return {"sequences": len(fixed)}
