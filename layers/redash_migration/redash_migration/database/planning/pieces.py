"""The items of the Map states: those of the pre-copy and of the write pause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import cache
from typing import TYPE_CHECKING, Any

from redash_migration.database.planning.chunks import KeyStatistics
from redash_migration.database.planning.items import (
    CopyItem,
    copied_and_verified,
    verify_items,
    verify_parts,
)
from redash_migration.database.session.address import DatabaseAddress
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


def plan_pieces(
    plan: Plan, record: Record, source: Callable[[], DatabaseAddress]
) -> dict[str, list[dict[str, Any]]]:
    """``{"restore", "precopy", "verify"}``: the Map states' items, all planned before the pause.

    On the way forward the replication carries most tables; on the way back we restore all of them.
    ``precopy`` is what is copied or compared before the freeze; a table without a key is copied for
    trial, since the pause has to copy all of it anew, and on the way back not at all. Key
    ranges are open at both ends, so rows that come in later fall into one of them. Only large
    tables need a look into the source. A repeated step keeps the first plan of the comparison, so
    that the pieces compared before are those compared in the pause. Raises CopyFailed
    for a table that can't be cut.
    """
    with ExitStack() as stack:
        sessions: list[Session] = []

        @cache  # the pieces of the pre-copy are those of the pause
        def statistics(table: TablePlan) -> KeyStatistics | None:
            # Small tables, and so most plans, need no database and not its library either.
            from redash_migration.database.planning.statistics import key_statistics
            from redash_migration.database.session.data_session import open_session

            if not sessions:
                session = open_session(source(), purpose="plan-copies")
                sessions.append(stack.enter_context(closing(session)))
            return key_statistics(sessions[0], table.schema, table.name)

        known = record.fact(VERIFY_FACT)
        verify = verify_items(plan.tables, statistics) if known is None else list(known["items"])
        if known is None:
            record.put_fact(VERIFY_FACT, {"items": verify})
            note_chunks(record, [part for item in verify for part in verify_parts(item)])
        back = record.direction == "return"
        restored = plan.tables if back else plan.restored
        return copied_and_verified(restored, verify, statistics, at_work=back)
