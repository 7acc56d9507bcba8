"""FixSequences: the target's sequences go on where the source's stood."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.sequences.results import artifact_of, write_sequences
from redash_migration.database.watch.still import note_still
from redash_migration.direction import direction_of
from redash_migration.step import step


@step("FixSequences", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{sequences}``; raises SequenceNotSettable."""
    migration_id, direction = event["migration_id"], direction_of(event)
    record = wiring.record(migration_id, direction)
    source, target = wiring.reading_address(direction), wiring.writing_address(direction)
    fixed = fix_sequences(source, target)
    write_sequences(record.checks, wiring.artifacts(migration_id), fixed, artifact_of(direction))
    if direction == "return":  # no FinishRestore comes before: the indexes were there all the time
        note_still(record, target)
    return {"sequences": len(fixed)}
