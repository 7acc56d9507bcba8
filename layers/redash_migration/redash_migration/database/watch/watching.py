"""Readings of both sides while people decide: MeasureSource and MeasureCutover."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from redash_migration.clock import stamp
from redash_migration.database.schema.drift import drift
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.watch.measure import SourceBefore, SourceMeasure, measure_source
from redash_migration.database.watch.written import BASELINE, baseline, measure_cutover, written
from redash_migration.errors import NotFoundInRecord
from redash_migration.failure_text import words
from redash_migration.record import Record
from redash_migration.record.milestones import PAUSE_OVER
from redash_migration.record.ownership import Ownership

SOURCE_FACT = "measure_source"
CUTOVER_FACT = "measure_cutover"
BEFORE_FACT = "source_before"

NAMESPACE = "RedashMigration"


def source_before(record: Record) -> SourceBefore:
    """The source as Preflight found it; NotFoundInRecord when that has not run."""
    fact = record.fact(BEFORE_FACT)
    if fact is None:
        raise NotFoundInRecord("source_before: Preflight has not run for this migration")
    return SourceBefore.from_json(fact)


def watch_source(record: Record, source: DatabaseAddress) -> dict[str, Any]:
    """Reads slot, disk and schema of the source, keeps the reading, prints it as metrics.

    Since the switch nothing is carried from there: whether its schema still fits is a return's
    question (`return.old_schema`), and no failure of the migration.
    """
    before = source_before(record)
    owner = Ownership(record.table).last()
    left = owner is not None and bool(owner.switched)
    with connect(source, purpose="measure") as session:
        found = measure_source(session, before)
        changed = None if left else drift(record, session)
    fact = {
        **found.to_json(),
        "schema_changed": "" if changed is None else str(changed),
        "wal_budget_bytes": before.wal_budget_bytes,
        "at": stamp(record.clock()),
    }
    record.put_fact(SOURCE_FACT, fact)
    print(json.dumps(metrics(record, found)))
    return fact


def watch_source_by_the_way(record: Record, source: DatabaseAddress) -> dict[str, Any]:
    """The same beside the state machine: nothing to do yet, or no answer, is no failure.

    Not in the write pause: whoever looks at the fenced source has an open transaction there, and
    the proof that nobody writes takes nobody's word for what it does.
    """
    if record.fact(BEFORE_FACT) is None:
        return {"verdict": "PASS", "detail": "the preflight has not looked at the source yet"}
    reached = record.milestones().keys()
    closed = "pause_began" in reached and not reached & PAUSE_OVER
    if closed and record.phase() == "forward":
        return {"verdict": "PASS", "detail": "nobody looks by the way in the write pause"}
    try:
        return watch_source(record, source)
    except psycopg.Error as error:
        fact = {
            "verdict": "UNKNOWN",
            "detail": f"the source does not answer: {words(error)}",
            "at": stamp(record.clock()),
        }
        record.put_fact(SOURCE_FACT, fact)
        return fact


def note_target(record: Record, target: DatabaseAddress) -> None:
    """Keeps the target's counters from before the first user's write.

    To be called when the data has been verified; nothing once the switch has begun.
    """
    if "switch_began" in record.milestones():
        return
    with connect(target, purpose="measure") as session:
        now = written(session)
    record.put_fact(BASELINE, {"rows": now.rows, "epoch": now.epoch})


def watch_target(record: Record, target: DatabaseAddress) -> dict[str, Any]:
    """What was written on the target since the switch; ``{"writes_since_switch", ...}``.

    The count is None when the counters from before the switch are not known, or were reset.
    """
    with connect(target, purpose="measure") as session:
        found = measure_cutover(session, baseline(record))
    fact = {
        "writes_since_switch": found.writes_since_switch,
        "sessions": found.sessions,
        "deadlocks": found.deadlocks,
        "errors_since_switch": (record.fact("live_check") or {}).get("errors"),
        "at": stamp(record.clock()),
    }
    record.put_fact(CUTOVER_FACT, fact)
    return fact


def metrics(record: Record, found: SourceMeasure) -> dict[str, Any]:
    """A line of CloudWatch's embedded metric format: a log line that becomes metrics."""
    values = {
        "WalHeld": (found.wal_held_bytes, "Bytes"),
        "DiskFree": (found.disk_free_bytes, "Bytes"),
        "WalRate": (found.wal_rate_bytes, "Bytes/Second"),
    }
    known = {name: (value, unit) for name, (value, unit) in values.items() if value is not None}
    return {
        "_aws": {
            "Timestamp": int(record.clock().timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [[]],
                    "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in known.items()],
                }
            ],
        },
        "migration_id": record.migration_id,
        "slot_status": found.slot_status,
        **{name: value for name, (value, _) in known.items()},
    }
