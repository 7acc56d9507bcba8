"""The source's schema carried to the target: CopySchema and CompleteSchema."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Protocol

from redash_migration.database.schema.completion import add_last, complete_schema
from redash_migration.database.schema.contents import Foundation
from redash_migration.database.schema.dump import Entry, entries, unpack
from redash_migration.database.schema.emptied import note_files
from redash_migration.database.schema.tables import copy_schema
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.errors import NotFoundInRecord
from redash_migration.plan import Plan
from redash_migration.record import Check, Record

LAST_FACT = "schema_last"
"""The record's fact that keeps the dump's entries that are added behind the last row."""


class SchemaStore(Protocol):
    """Where DumpSchema left its parts."""

    def get_bytes(self, name: str) -> bytes:
        """Read an artifact; NotFoundInRecord names one that is not there."""


def stored_dump(record: Record, store: SchemaStore) -> list[Entry]:
    """The entries of the dump that DumpSchema stored; NotFoundInRecord when it has not run."""
    wait = record.waits.get("DumpSchema")
    result = wait.outcome.result if wait is not None and wait.outcome is not None else None
    if not result:
        raise NotFoundInRecord("schema: DumpSchema has not run for this migration")
    parts = range(1, int(result["parts"]) + 1)
    return entries(unpack(store.get_bytes(f"schema/part-{part:04d}") for part in parts))


def carry_schema(
    record: Record,
    dump: list[Entry],
    plan: Plan,
    *,
    source: DatabaseAddress,
    target: DatabaseAddress,
    application_role: str,
) -> dict[str, Any]:
    """What rows need on the target, and the canary's table on both sides.

    Raises TargetNotEmpty, SchemaNotCopied.
    """

    def note_undo(keep: Foundation) -> None:
        record.undo.add("empty_target", asdict(keep), where="database")
        record.undo.add("drop_source_leftovers", {"slots": plan.slots_before}, where="database")

    copied = copy_schema(
        target, dump, plan, application_role=application_role, before_first_change=note_undo
    )
    with connect(source, purpose="copy-schema", read_only=False) as session:
        canary.make(session)
        note_files(record, session, plan.carried)
    record.checks.put(
        Check("target.schema", "PASS", f"{copied.entries} entries of the source's own dump")
    )
    return asdict(copied)


def finish_schema(
    record: Record, dump: list[Entry], plan: Plan, *, target: DatabaseAddress, seconds: float
) -> dict[str, Any]:
    """Indexes, foreign keys, triggers after the load. Raises TransientFailure, SchemaNotCopied."""
    completed = complete_schema(target, dump, plan, seconds=seconds)
    if completed.refused:
        record.checks.put(
            Check(
                "target.schema_refused",
                "WARN",
                f"the target refuses {', '.join(completed.refused)}",
                "Neither rows nor queries depend on them; make them by hand if you miss them.",
            )
        )
    record.put_fact(LAST_FACT, {"entries": [asdict(entry) for entry in completed.last]})
    return {
        "entries": completed.entries,
        "analyzed": completed.analyzed,
        "refused": completed.refused,
    }


def finish_constraints(
    record: Record, plan: Plan, *, target: DatabaseAddress, seconds: float
) -> int:
    """What finish_schema() left for when every row is there; how many entries that were."""
    fact = record.fact(LAST_FACT)
    last = [Entry(**entry) for entry in fact["entries"]] if fact else []
    return add_last(target, last, plan, seconds=seconds) if last else 0
