"""Evidence, put together from what the steps have written down: plan, checks, facts.

Nothing here asks a database or a service: the page runs outside the VPC and has to be quick. A
figure that nobody has measured stays None and is shown as not measured, never as fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.contents import (
    HIGH_LAG_SECONDS,
    Evidence,
    Finding,
    NewSide,
    Pause,
    SourceDisk,
    Stream,
    TableEvidence,
    WayHome,
)
from redash_migration.approval.evidence.store import EvidenceStore, evidence_name
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import plain_address
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.clock import seconds_between
from redash_migration.errors import NotFoundInRecord
from redash_migration.homecoming.facts import FAILED_FACT, WAY_HOME_FACT
from redash_migration.plan import PLAN_ARTIFACT, Plan
from redash_migration.record.record import Record
from redash_migration.traffic.errors_seen import ERRORS_FACT

Fact = Mapping[str, Any]


def gather(
    record: Record,
    store: EvidenceStore,
    purpose: Purpose,
    *,
    required: int,
    requested_by: str,
    allow_self: bool,
    pause_budget_seconds: int,
) -> Evidence:
    """The evidence for one question as it stands now; NotFoundInRecord when there is no plan."""
    plan = Plan.from_json(store.get_json(PLAN_ARTIFACT))
    replication = _fact(record, "replication")
    checks = record.checks.all()
    stream = _stream(replication)
    disk = _disk(_fact(record, "measure_source"), plan)
    pause = _pause(plan, _fact(record, "prediction"), pause_budget_seconds)
    found = [
        Finding(check.id, check.status, check.detail, check.remedy)
        for check in checks
        if check.status != "PASS"
    ]
    if purpose is CUTOVER:
        found += _own_findings(stream, disk)
    else:
        accepted = _accepted(record, store)
        found = [finding for finding in found if finding.material() not in accepted]
    if purpose is CUTOVER and not allow_self and plain_address(requested_by) is None:
        found.append(Finding("approval.starter", "WARN"))
    return Evidence(
        purpose=purpose.state,
        migration_id=record.migration_id,
        source_version=plan.source_version,
        target_version=plan.target_version,
        required=required,
        requested_by=requested_by,
        tables=_tables(plan, replication, record.tables.all()),
        findings=tuple({finding.id: finding for finding in found}.values()),
        passed=sum(check.status == "PASS" for check in checks),
        pause=pause,
        stream=stream,
        disk=disk,
        new_side=_new_side(record) if purpose is CONFIRM else None,
        started_at=record.milestones().get("started", ""),
        way_home=_way_home(record.of("return")) if purpose is CONFIRM else None,
    )


def _accepted(record: Record, store: EvidenceStore) -> set[tuple[str, ...]]:
    """Findings that stood when the cutover was approved: they are not asked about twice."""
    gate = Gates(record.table).current(record.migration_id, CUTOVER)
    if gate is None or gate.decision != CUTOVER.agree:
        return set()
    try:
        evidence = store.get_json(evidence_name(gate.gate_id, gate.evidence_hash))
    except NotFoundInRecord:
        return set()
    return {
        Finding(one["id"], one["status"], one["detail"], one["remedy"]).material()
        for one in evidence["findings"]
    }


def _own_findings(stream: Stream, disk: SourceDisk) -> list[Finding]:
    """What the figures themselves say, beside the checks of the steps."""
    found = []
    if stream.lag_seconds is not None and stream.lag_seconds > HIGH_LAG_SECONDS:
        found.append(Finding("approval.lag", "WARN", figures={"limit": f"{HIGH_LAG_SECONDS:.0f}"}))
    if disk.verdict == "UNKNOWN":
        found.append(Finding("approval.disk_unknown", "UNKNOWN"))
    elif disk.verdict in {"WARN", "FAIL"}:
        found.append(Finding("approval.disk", disk.verdict))
    return found


def _tables(
    plan: Plan, replication: Fact, entries: Mapping[str, Fact]
) -> tuple[TableEvidence, ...]:
    states = _validation_states(replication.get("tables"))
    tables = []
    for table in plan.tables:
        name = table.qualified_name
        entry = entries.get(name) or entries.get(table.name) or {}
        match = entry.get("match")
        state = states.get(name) or states.get(table.name) or entry.get("validation") or ""
        tables.append(
            TableEvidence(
                name=table.name if table.schema == "public" else name,
                method=table.method,
                rows=max(table.rows, 0),
                bytes=table.bytes,
                validation=str(state) if table.method == "dms" else "",
                match=match if isinstance(match, bool) else None,
                excluded_because=tuple(
                    (why.column, why.type, why.reason) for why in table.excluded_because
                ),
            )
        )
    return tuple(sorted(tables, key=lambda table: (-table.bytes, table.name)))


def _validation_states(tables: Any) -> dict[str, str]:
    """Validation state by table name, from a mapping or from a list of entries."""
    if isinstance(tables, Mapping):
        entries = list(tables.items())
    elif isinstance(tables, list):
        entries = [
            (str(entry.get("name") or entry.get("table")), entry)
            for entry in tables
            if isinstance(entry, Mapping)
        ]
    else:
        return {}
    return {
        name: str(entry.get("validation", "") if isinstance(entry, Mapping) else entry)
        for name, entry in entries
    }


def _pause(plan: Plan, later: Fact, budget_seconds: int) -> Pause:
    """What was predicted after the pre-copies, which know more than the plan."""
    seconds, parts = _number(later, "seconds"), later.get("parts")
    if seconds is None or not isinstance(parts, Mapping):
        seconds, parts = plan.predicted_write_pause_seconds or None, plan.predicted_parts
    basis = later.get("basis")
    return Pause(
        seconds,
        {str(name): float(value) for name, value in parts.items()},
        budget_seconds,
        _number(later, "low"),
        _number(later, "high"),
        {str(name): str(how) for name, how in basis.items()} if isinstance(basis, Mapping) else {},
    )


def _stream(fact: Fact) -> Stream:
    in_sync = fact.get("in_sync")
    return Stream(
        lag_seconds=_number(fact, "latency_seconds", "lag_seconds", "latency"),
        in_sync=in_sync if isinstance(in_sync, bool) else None,
        as_of=_time(fact),
    )


def _disk(fact: Fact, plan: Plan) -> SourceDisk:
    verdict = str(fact.get("verdict") or "")
    return SourceDisk(
        wal_held_bytes=_whole(fact, "wal_held_bytes"),
        wal_budget_bytes=_whole(fact, "wal_budget_bytes") or plan.wal_budget_bytes,
        disk_free_bytes=_whole(fact, "disk_free_bytes") or plan.disk_free_bytes,
        hours_left=_number(fact, "hours_left", "disk_hours_left", "hours_until_full"),
        verdict=verdict if verdict in {"PASS", "WARN", "FAIL", "UNKNOWN"} else "",
        as_of=_time(fact),
    )


def _new_side(record: Record) -> NewSide:
    smoke, measured = _fact(record, "smoke_test"), _fact(record, "measure_cutover")
    live = _fact(record, "live_check")
    targets = _fact(record, "target_health")
    milestones = record.milestones()
    began, ended = milestones.get("pause_began"), milestones.get("pause_ended")
    return NewSide(
        switched_at=milestones.get("switch_began", ""),
        smoke=tuple({**dict(_smoke(smoke, record)), **dict(_smoke(live, record))}.items()),
        healthy_targets=_whole(targets, "healthy"),
        all_targets=_whole(targets, "all"),
        errors=_errors(_whole(measured, "errors_since_switch"), _fact(record, ERRORS_FACT)),
        writes=_whole(measured, "writes_since_switch"),
        write_pause_seconds=seconds_between(began, ended) if began and ended else None,
        as_of=_time(measured),
    )


def _errors(checks: int | None, answers: Fact) -> int | None:
    """Checks that failed with users there, and answers with 5xx; None where neither is known."""
    counted = _whole(answers, "count")
    return checks if counted is None else counted + (checks or 0)


def _way_home(record: Record) -> WayHome:
    """As it was measured last; not known to be possible where nobody has measured it."""
    fact = _fact(record, WAY_HOME_FACT)
    possible, parts = fact.get("possible"), fact.get("parts")
    return WayHome(
        possible=possible if isinstance(possible, bool) else None,
        seconds=_number(fact, "seconds"),
        parts=parts if isinstance(parts, Mapping) else {},
        failed=str(_fact(record, FAILED_FACT).get("name") or ""),
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


def _fact(record: Record, name: str) -> Fact:
    """A fact with the time at which it was written down, as ``at``; empty when there is none."""
    found = record.dated_fact(name)
    return {} if found is None else {"at": found[1], **found[0]}


def _time(fact: Fact) -> str:
    return str(fact.get("measured_at") or fact.get("at") or "")


def _number(fact: Fact, *names: str) -> float | None:
    for name in names:
        value = fact.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _whole(fact: Fact, *names: str) -> int | None:
    value = _number(fact, *names)
    return None if value is None else int(value)
