"""Is change capture in step? The answer that opens the way to the approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.clock import seconds_between, stamp
from redash_migration.errors import (
    FullLoadIncomplete,
    ReplicationNotInSync,
    ReplicationTaskFailed,
)
from redash_migration.record import Check, Record
from redash_migration.replication.configuration import task_arn
from redash_migration.replication.guard import source_trouble
from redash_migration.replication.mappings import CANARY_SCHEMA
from redash_migration.replication.statistics import incomplete, validation

if TYPE_CHECKING:
    from redash_migration.adapters.cloudwatch import ReplicationMetrics
    from redash_migration.adapters.dms import Dms
    from redash_migration.plan import Plan

RESUMED_FACT = "change_capture_resumed"
STALE_SECONDS = 120
"""How long a description may go on saying "stopped" after the task was told to go on."""


def check_full_load(record: Record, dms: Dms, plan: Plan) -> None:
    """FullLoadIncomplete names every table that is not complete or has error rows."""
    statistics = dms.statistics(task_arn(record))
    expected = [f"{table.schema}.{table.name}" for table in plan.tables if table.method == "dms"]
    problems = incomplete(statistics, expected)
    if problems:
        record.checks.put(
            Check(
                "replication.full_load",
                "FAIL",
                "; ".join(problems),
                "See the task's log; after the roll-back start again.",
            )
        )
        raise FullLoadIncomplete("; ".join(problems)[:4000])
    record.checks.put(
        Check("replication.full_load", "PASS", f"{len(expected)} tables completely loaded")
    )


def resume_change_capture(record: Record, dms: Dms) -> None:
    """Let the stopped task go on with the changes; nothing when it runs already."""
    task = dms.task(task_arn(record))
    if task is None:
        raise ReplicationTaskFailed("the replication task was deleted")
    if task.status in {"stopped", "failed"}:
        record.put_fact(RESUMED_FACT, {"at": stamp(record.clock())})
        dms.start(task.arn, resume=True)


def _just_resumed(record: Record) -> bool:
    """Whether "stopped" may still be what the task was before it was told to go on."""
    resumed = record.fact(RESUMED_FACT)
    if resumed is None:
        return False
    return seconds_between(str(resumed["at"]), stamp(record.clock())) < STALE_SECONDS


def in_sync(
    record: Record,
    dms: Dms,
    metrics: ReplicationMetrics,
    *,
    instance: str,
    state: str,
    grace: int,
    limit: int,
) -> dict[str, Any]:
    """``{"in_sync": bool, "waiting_for": [str], "waited": seconds}``, to be asked again until it is
    true.

    Validation of rows that change all the time may stay pending: after ``grace`` seconds that is
    a warning, since the checksums inside the pause decide. After ``limit`` seconds without being
    in step the wait ends as ReplicationNotInSync. Both count from the first look in ``state``
    since the execution was started or redriven.
    """
    waited = seconds_between(record.waits_since(state), stamp(record.clock()))
    task = dms.task(task_arn(record))
    if task is not None and task.status == "stopped" and _just_resumed(record):
        return {"in_sync": False, "waiting_for": ["the task is to go on"], "waited": waited}
    if task is None or task.status in {"failed", "stopped", "deleting"}:
        raise ReplicationTaskFailed(
            "change capture does not run: "
            + ("the task was deleted" if task is None else f"{task.status} {task.failure}")
        )
    if trouble := source_trouble(record):
        raise trouble
    statistics = [table for table in dms.statistics(task.arn) if table.schema != CANARY_SCHEMA]
    found = validation(statistics)
    waiting = list(found.pending)
    checks = found.checks
    if waiting and waited > grace:
        checks = (
            Check(
                "replication.validation",
                "WARN",
                "; ".join(waiting),
                "Rows of these tables keep changing; the checksums before the switch decide.",
            ),
        )
        waiting = []
    if task.status != "running":
        waiting.append(f"the task is {task.status}")
    record.put_fact(
        "replication",
        {
            "tables": {
                table.name: {"state": table.state, "validation": table.validation}
                for table in statistics
            },
            "status": task.status,
            "in_sync": not waiting and not found.failed,
            "latency_seconds": _latency(dms, metrics, task.arn, instance),
            "waiting_for": waiting,
        },
    )
    record.checks.put(*checks)
    if found.failed:
        raise ReplicationNotInSync("; ".join(found.failed)[:4000])
    if waiting and waited > limit:
        raise ReplicationNotInSync(f"after {limit} s still: {'; '.join(waiting)}"[:4000])
    return {"in_sync": not waiting, "waiting_for": waiting[:20], "waited": waited}


def _latency(dms: Dms, metrics: ReplicationMetrics, task: str, instance_arn: str) -> float | None:
    """How far the service says it is behind, in seconds; a figure for people."""
    instance = dms.instance(instance_arn) or {}
    return metrics.latency_seconds(task, str(instance.get("ReplicationInstanceIdentifier", "")))
