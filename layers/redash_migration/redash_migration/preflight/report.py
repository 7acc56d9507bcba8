"""What the preflight leaves in the record, and what it tells the state machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from redash_migration.database.schema import drift
from redash_migration.database.schema.left_behind import ARTIFACT, script
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.watch.measure import SourceBefore
from redash_migration.database.watch.watching import BEFORE_FACT
from redash_migration.plan import PLAN_ARTIFACT
from redash_migration.preflight.examination import Request, examine, refused_for_good
from redash_migration.record import Record
from redash_migration.record.checks import verdict
from redash_migration.traffic.proof.answers import TARGET_FACT


class PlanStore(Protocol):
    """Where the plan is kept."""

    def put_json(self, name: str, value: Any) -> None:
        """Write a JSON artifact."""

    def put_bytes(self, name: str, data: bytes, content_type: str) -> None:
        """Write any other artifact."""


_NAMED = 20
"""Ids in an error's cause; the report has them all."""


def preflight(
    record: Record,
    store: PlanStore,
    *,
    source: DatabaseAddress,
    target: DatabaseAddress,
    request: Request,
    may_prepare: bool,
) -> dict[str, Any]:
    """``{"verdict", "failed", "prepare", "predicted_write_pause_seconds"}``; the rest is kept.

    The verdict is over all checks of the record, also those of host and new home: PASS, WARN or
    FAIL (an UNKNOWN counts as FAIL). `prepare` says that preparing the source would mend all that
    fails, and is allowed. `failed` are ids for the error's cause, which is all the console shows.
    """
    earlier = record.fact(BEFORE_FACT)
    if earlier is not None:
        # What a second run finds may be our own.
        request = replace(request, slots_before=SourceBefore.from_json(earlier).slots)
    found = examine(source, target, request)
    record.checks.put(*found.checks)
    if found.plan and found.source and found.outline:
        store.put_json(PLAN_ARTIFACT, found.plan.to_json())
        record.put_fact(BEFORE_FACT, found.source.to_json())
        record.put_fact(drift.FACT, found.outline.to_json())
    if found.target is not None:
        record.put_fact(TARGET_FACT, found.target)
    if found.left_behind:
        store.put_bytes(ARTIFACT, script(found.left_behind).encode(), "application/sql")
    checks = tuple(record.checks.all())
    worst = verdict(checks)
    fails = worst in {"FAIL", "UNKNOWN"}
    return {
        "verdict": "FAIL" if fails else worst,
        "failed": [one.id for one in checks if one.status in {"FAIL", "UNKNOWN"}][:_NAMED],
        "prepare": fails and may_prepare and not any(refused_for_good(checks)),
        "predicted_write_pause_seconds": (
            found.plan.predicted_write_pause_seconds if found.plan is not None else None
        ),
    }
