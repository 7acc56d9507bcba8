"""What the steps have noted, read as parts of the evidence; None where nobody has measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.parts import (
    NewSide,
    SourceDisk,
    Stream,
    WayHome,
)
from redash_migration.clock import seconds_between
from redash_migration.homecoming.facts import FAILED_FACT, WAY_HOME_FACT
from redash_migration.plan import Plan
from redash_migration.record.record import Record
from redash_migration.traffic.errors_seen import ERRORS_FACT

Fact = Mapping[str, Any]


def stream_of(fact: Fact) -> Stream:
    """The replication, as it was measured last."""
    in_sync = fact.get("in_sync")
    return Stream(
        lag_seconds=number_in(fact, "latency_seconds", "lag_seconds", "latency"),
        in_sync=in_sync if isinstance(in_sync, bool) else None,
        as_of=_time(fact),
    )


def disk_of(fact: Fact, plan: Plan) -> SourceDisk:
    """The source's disk, as it was measured last or planned with."""
    verdict = str(fact.get("verdict") or "")
    return SourceDisk(
        wal_held_bytes=_whole(fact, "wal_held_bytes"),
        wal_budget_bytes=_whole(fact, "wal_budget_bytes") or plan.wal_budget_bytes,
        disk_free_bytes=_whole(fact, "disk_free_bytes") or plan.disk_free_bytes,
        hours_left=number_in(fact, "hours_left", "disk_hours_left", "hours_until_full"),
        verdict=verdict if verdict in {"PASS", "WARN", "FAIL", "UNKNOWN"} else "",
        as_of=_time(fact),
    )


def new_side_of(record: Record) -> NewSide:
    """How the new home does since users were sent there."""
    smoke, measured = fact_named(record, "smoke_test"), fact_named(record, "measure_cutover")
    live = fact_named(record, "live_check")
    targets = fact_named(record, "target_health")
    milestones = record.milestones()
    began, ended = milestones.get("pause_began"), milestones.get("pause_ended")
    return NewSide(
        switched_at=milestones.get("switch_began", ""),
        smoke=tuple({**dict(_smoke(smoke, record)), **dict(_smoke(live, record))}.items()),
        healthy_targets=_whole(targets, "healthy"),
        all_targets=_whole(targets, "all"),
        errors=_errors(_whole(measured, "errors_since_switch"), fact_named(record, ERRORS_FACT)),
        writes=_whole(measured, "writes_since_switch"),
        write_pause_seconds=seconds_between(began, ended) if began and ended else None,
        as_of=_time(measured),
    )


def _errors(checks: int | None, answers: Fact) -> int | None:
    """Checks that failed with users there, and answers with 5xx; None where neither is known."""
    counted = _whole(answers, "count")
    return checks if counted is None else counted + (checks or 0)


def way_home_of(record: Record) -> WayHome:
    """As it was measured last; not known to be possible where nobody has measured it."""
    fact = fact_named(record, WAY_HOME_FACT)
    possible, parts = fact.get("possible"), fact.get("parts")
    return WayHome(
        possible=possible if isinstance(possible, bool) else None,
        seconds=number_in(fact, "seconds"),
        parts=parts if isinstance(parts, Mapping) else {},
        failed=str(fact_named(record, FAILED_FACT).get("name") or ""),
        as_of=_time(fact),
    )


def _smoke(fact: Fact, record: Record) -> tuple[tuple[str, str], ...]:
    checks = fact.get("checks")
    if isinstance(checks, list):
        return tuple(
            (str(check.get("id") or check.get("name")), str(check.get("status", "UNKNOWN")))
            for check in checks
            if isinstance(check, Mapping)
        )
    return tuple(
        (check.id, check.status) for check in record.checks.all() if check.id.startswith("smoke")
    )


def fact_named(record: Record, name: str) -> Fact:
    """A fact with the time at which it was written down, as ``at``; empty when there is none."""
    found = record.dated_fact(name)
    return {} if found is None else {"at": found[1], **found[0]}


def _time(fact: Fact) -> str:
    return str(fact.get("measured_at") or fact.get("at") or "")


def number_in(fact: Fact, *names: str) -> float | None:
    """The first of these fields that holds a number."""
    for name in names:
        value = fact.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _whole(fact: Fact, *names: str) -> int | None:
    value = number_in(fact, *names)
    return None if value is None else int(value)
