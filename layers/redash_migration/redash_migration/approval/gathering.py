"""Evidence, put together from what the steps have written down: plan, checks, facts.

Nothing here asks a database or a service: the page runs outside the VPC and has to be quick. A
figure that nobody has measured stays None and is shown as not measured, never as fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import (
    HIGH_LAG_SECONDS,
    Finding,
    Pause,
    SourceDisk,
    Stream,
    TableEvidence,
)
from redash_migration.approval.evidence.store import EvidenceStore, evidence_name
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.people import plain_address
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.approval.noted_parts import (
    Fact,
    disk_of,
    fact_named,
    new_side_of,
    number_in,
    stream_of,
    way_home_of,
)
from redash_migration.errors import NotFoundInRecord
from redash_migration.plan import PLAN_ARTIFACT, Plan
from redash_migration.record.record import Record


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
    replication = fact_named(record, "replication")
    checks = record.checks.all()
    stream = stream_of(replication)
    disk = disk_of(fact_named(record, "measure_source"), plan)
    pause = _pause(plan, fact_named(record, "prediction"), pause_budget_seconds)
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
        new_side=new_side_of(record) if purpose is CONFIRM else None,
        started_at=record.milestones().get("started", ""),
        way_home=way_home_of(record.of("return")) if purpose is CONFIRM else None,
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
    seconds, parts = number_in(later, "seconds"), later.get("parts")
    if seconds is None or not isinstance(parts, Mapping):
        seconds, parts = plan.predicted_write_pause_seconds or None, plan.predicted_parts
    basis = later.get("basis")
    return Pause(
        seconds,
        {str(name): float(value) for name, value in parts.items()},
        budget_seconds,
        number_in(later, "low"),
        number_in(later, "high"),
        {str(name): str(how) for name, how in basis.items()} if isinstance(basis, Mapping) else {},
    )
