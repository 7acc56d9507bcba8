"""Tables compared once more, whole: somebody may have written there since."""

from __future__ import annotations

from collections.abc import Collection

from redash_migration.database.planning.items import verify_parts
from redash_migration.database.planning.pieces import VERIFY_FACT
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.verification.compare import Part, compare
from redash_migration.database.verification.results import write_outcomes
from redash_migration.record.record import Record


def verify_again(
    record: Record, source: DatabaseAddress, target: DatabaseAddress, tables: Collection[str]
) -> None:
    """Compare the named tables, without what an earlier comparison knew; raises DataMismatch."""
    planned = (record.fact(VERIFY_FACT) or {}).get("items", [])
    items = [
        part for item in planned for part in verify_parts(item) if part.qualified_name in tables
    ]
    parts = [Part(item.schema, item.name, item.range) for item in items]
    write_outcomes(record, items, compare(source, target, parts))
