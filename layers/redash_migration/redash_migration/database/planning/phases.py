"""The items of each phase of a migration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from redash_migration.database.planning.chunks import KeyStatistics
from redash_migration.database.planning.items import (
    PHASES,
    CopyItem,
    copy_items,
    precopy_items,
    verify_items,
    verify_parts,
)
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.errors import InvalidInput
from redash_migration.plan import Plan, TablePlan
from redash_migration.record.record import Record

if TYPE_CHECKING:
    from redash_migration.database.session.data_session import Session

VERIFY_FACT = "verify_items"
"""The record's fact that keeps the items of VerifyData: planned before the freeze, so that the
pieces pre-compared are the pieces compared in the write pause."""

CHUNKS_FACT = "verification_chunks"
"""The record's fact that says into how many ranges each large table was cut."""


def note_chunks(record: Record, items: Sequence[CopyItem]) -> None:
    """Remember which tables come in several ranges, so that no range can be forgotten."""
    chunks = {item.qualified_name: item.chunks for item in items if item.chunks > 1}
    record.put_fact(CHUNKS_FACT, chunks)


def plan_phase(
    phase: Any, plan: Plan, record: Record, source: Callable[[], DatabaseAddress]
) -> list[dict[str, Any]]:
    """Items for the Map state of a phase; large tables alone need a look into the source.

    Raises InvalidInput for an unknown phase, CopyFailed for a table that can't be cut.
    """
    if phase not in PHASES:
        raise InvalidInput(f"phase: {phase!r} is none of {', '.join(PHASES)}")
    with ExitStack() as stack:
        sessions: list[Session] = []

        def statistics(table: TablePlan) -> KeyStatistics | None:
            # Small tables, and so most plans, need no database and not its library either.
            from redash_migration.database.planning.statistics import key_statistics
            from redash_migration.database.session.data_session import open_session

            if not sessions:
                session = open_session(source(), purpose="plan-copies")
                sessions.append(stack.enter_context(closing(session)))
            return key_statistics(sessions[0], table.schema, table.name)

        if phase == "restore":
            return copy_items(plan.restored, statistics)
        if phase == "verify" and (known := record.fact(VERIFY_FACT)) is not None:
            return list(known["items"])
        items = verify_items(plan.tables, statistics)
        record.put_fact(VERIFY_FACT, {"items": items})
        note_chunks(record, [part for item in items for part in verify_parts(item)])
        if phase == "verify":
            return items
        return [*copy_items(plan.restored, statistics), *precopy_items(items)]
