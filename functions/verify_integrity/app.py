"""VerifyIntegrity: all tables compared, and constraints as on the source."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.integrity.ledger import write_checks
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.verification.again import verify_again
from redash_migration.database.verification.ledger import close_ledger
from redash_migration.database.watch.still import moved
from redash_migration.step import step


@step("VerifyIntegrity", warms=(wiring.source_address, wiring.target_address))
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id}`` -> ``{checks}``; raises DataMismatch, IntegrityViolated."""
    migration_id = event["migration_id"]
    record, plan = wiring.record(migration_id), wiring.plan(migration_id)
    late = moved(record, wiring.target_address())
    if late:
        verify_again(record, wiring.source_address(), wiring.target_address(), late)
    close_ledger(record, [table.qualified_name for table in plan.tables])
    checks = verify_integrity(
        wiring.source_address(),
        wiring.target_address(),
        [(table.schema, table.name) for table in plan.tables],
        wiring.settings()["APPLICATION_DATABASE_ROLE"],
    )
    write_checks(record.checks, checks)
    return {"checks": len(checks)}
