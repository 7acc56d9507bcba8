"""VerifyData: tables, or ranges of them, compared inside both servers at once."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.database.planning.items import verify_parts
from redash_migration.database.verification.compare import Part, compare
from redash_migration.database.verification.ledger import write_outcomes
from redash_migration.step import step


@step("VerifyData")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{migration_id, parts: [{schema, table, chunk, chunks, lower, upper}]}`` ->
    ``{compared}``; raises DataMismatch."""
    items = verify_parts(event)
    outcomes = compare(
        wiring.source_address(),
        wiring.target_address(),
        [Part(item.schema, item.name, item.range) for item in items],
    )
    write_outcomes(wiring.record(event["migration_id"]), items, outcomes)
    return {"compared": len(outcomes)}
