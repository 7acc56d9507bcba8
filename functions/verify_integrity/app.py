"""VerifyIntegrity: all tables compared, and constraints as on the source."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.integrity.results import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.verification.again import verify_again
from redash_migration.database.verification.results import see_all_equal
from redash_migration.database.watch.still import moved
from redash_migration.direction import direction_of
from redash_migration.homecoming.at_the_switch import application_role, note_ends
from redash_migration.step import step


@step("VerifyIntegrity", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, direction}`` -> ``{checks}``; raises DataMismatch, IntegrityViolated."""
    migration_id, direction = event["migration_id"], direction_of(event)
    record, plan = wiring.record(migration_id, direction), wiring.plan(migration_id)
    source, target = wiring.reading_address(direction), wiring.writing_address(direction)
    late = moved(record, target)
    if late:
        verify_again(record, source, target, late)
    see_all_equal(record, [table.qualified_name for table in plan.tables])
    checks = verify_integrity(
        source,
        target,
        [(table.schema, table.name) for table in plan.tables],
        application_role(record, wiring.settings()),
        fenced=direction == "return",
    )
    write_checks(record.checks, checks)
    if direction == "forward":
        note_ends(record.of("return"), source, target)
    return {"checks": len(checks)}
