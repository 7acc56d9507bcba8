"""What stands in report.json, put together from the record and the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.standing.ending import CHECKS_NAMED
from redash_migration.approval.standing.ending_words import ASKED
from redash_migration.clock import seconds_between, stamp
from redash_migration.errors import NotFoundInRecord
from redash_migration.homecoming.arrival import at_home
from redash_migration.plan import PLAN_ARTIFACT
from redash_migration.record import Record
from redash_migration.record.milestones import Milestone
from redash_migration.report.homecoming import homecoming

if TYPE_CHECKING:
    from redash_migration.adapters.s3 import Artifacts

MOST_NAMED = 12
"""So many checks are named in a cause."""

Status = Literal["SUCCEEDED", "FAILED", "ROLLED_BACK", "RETURNED"]


def report(
    record: Record,
    artifacts: Artifacts,
    failure: Mapping[str, Any] | None,
    trouble: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole report. ``failure`` is ``{"name", "cause", "state"}`` of what ended the run.

    Parts that a run did not come to are empty lists and nulls, never absent.
    """
    milestones = record.milestones()
    ended = stamp(record.clock())
    plan = _artifact(artifacts, PLAN_ARTIFACT) or {}
    request = record.fact("request") or {}
    pause = _span(milestones, "pause_began", "pause_ended", "reopened")
    home = homecoming(record.of("return"), artifacts, plan)
    how = status(record, failure)
    return {
        "migration_id": record.migration_id,
        "status": how,
        "mode": request.get("mode", "migrate"),
        "requested_by": request.get("requested_by", ""),
        "started_at": milestones.get("started", ended),
        "ended_at": ended,
        "write_pause_seconds": pause,
        **_predicted(record, plan),
        "unavailable_seconds": _all_pauses(pause, home),
        "steps": [timing.to_json() for timing in record.steps.all()],
        "tables": tables(plan, record.tables.all()),
        "sequences": _artifact(artifacts, "sequences.json") or [],
        "checks": [check.to_json() for check in record.checks.all()],
        "approvals": Gates(record.table).decisions(record.migration_id),
        "audit": record.audit_trail(),
        "undo": [
            {"action": entry.action, "key": entry.key, "state": entry.state, "error": entry.error}
            for entry in record.undo.all()
        ],
        "return": home,
        "error": _located(failure, record) if failure and how != "RETURNED" else None,
        "roll_back_error": dict(trouble) if trouble else None,
    }


def _predicted(record: Record, plan: Mapping[str, Any]) -> dict[str, Any]:
    """What was predicted last: after the pre-copies, else by Preflight."""
    last = record.fact("prediction") or {}
    return {
        "predicted_write_pause_seconds": last.get(
            "seconds", plan.get("predicted_write_pause_seconds")
        ),
        "predicted_write_pause_low_seconds": last.get("low"),
        "predicted_write_pause_high_seconds": last.get("high"),
        "predicted_parts": last.get("parts", plan.get("predicted_parts", {})),
        "predicted_basis": last.get("basis", {}),
    }


def _located(failure: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """The failure with the very step it came from, where a whole Parallel or Map failed."""
    steps = record.steps.all()
    failed = [step.name for step in steps if step.status == "FAILED"]
    found = {**failure, "cause": _with_checks(str(failure["cause"]), record)}
    if failed and failure["state"] not in {step.name for step in steps}:
        return {**found, "state": failed[-1]}
    return found


def _with_checks(cause: str, record: Record) -> str:
    """The console shows a failure's cause alone, so it names the checks that failed."""
    bad = [check.id for check in record.checks.all() if check.status in {"FAIL", "UNKNOWN"}]
    unnamed = [name for name in bad if name not in cause]
    if not unnamed:
        return cause
    more = f" and {len(unnamed) - MOST_NAMED} more" if len(unnamed) > MOST_NAMED else ""
    return f"{cause}{CHECKS_NAMED}{', '.join(unnamed[:MOST_NAMED])}{more}]".strip()


def status(record: Record, failure: Mapping[str, Any] | None) -> Status:
    """SUCCEEDED without a failure; ROLLED_BACK when all that was changed was taken back; RETURNED
    when, beside that, all that users wrote on the new side was brought home. Another execution may
    take back what a return left; that it was asked to is no failure of the return."""
    entries = record.undo.all()
    undone = bool(entries) and all(entry.state == "DONE" for entry in entries)
    if at_home(record.of("return")):
        as_asked = failure is None or failure["name"] == ASKED
        return "RETURNED" if undone and as_asked else "FAILED"
    if failure is None:
        return "SUCCEEDED"
    return "ROLLED_BACK" if undone else "FAILED"


def _figure(found: Any, planned: Any) -> Any:
    """What was counted, or what was planned where nothing that counts was written down."""
    return found if isinstance(found, int) and not isinstance(found, bool) else planned


def tables(
    plan: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One line a table of the plan, with what the copy and the verification found out."""
    lines = []
    for planned in plan.get("tables", []):
        name = f"{planned['schema']}.{planned['name']}"
        found = entries.get(name, {})
        lines.append(
            {
                "name": name,
                "method": planned["method"],
                "excluded_because": planned.get("excluded_because", []),
                "rows": _figure(found.get("rows"), planned["rows"]),
                "bytes": _figure(found.get("bytes"), planned["bytes"]),
                "source_checksum": found.get("source_checksum"),
                "target_checksum": found.get("target_checksum"),
                "match": found.get("match"),
                **{
                    key: value
                    for key, value in found.items()
                    if key not in {"rows", "bytes", "match", "method", "name"}
                    and not key.endswith("_checksum")
                },
            }
        )
    return lines


def _span(milestones: Mapping[Milestone, str], begin: Milestone, *ends: Milestone) -> float | None:
    """Seconds from a milestone to the first of others that was reached, or null."""
    found = [milestones[end] for end in ends if end in milestones]
    if begin not in milestones or not found:
        return None
    return seconds_between(milestones[begin], min(found))


def _all_pauses(pause: float | None, home: Mapping[str, Any] | None) -> float | None:
    """How long users waited in all: with a return's pause, and those of its tries that failed."""
    if pause is None or home is None:
        return pause
    returning: list[float] = [home["write_pause_seconds"] or 0.0, *home["failed_pauses_seconds"]]
    return round(pause + sum(returning), 3)


def _artifact(artifacts: Artifacts, name: str) -> Any:
    try:
        return artifacts.get_json(name)
    except NotFoundInRecord:
        return None
