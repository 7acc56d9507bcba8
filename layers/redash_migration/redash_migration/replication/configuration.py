"""The replication task of one migration: made from the plan, taken away afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from redash_migration.clock import looks
from redash_migration.errors import CheckFailed, TransientFailure
from redash_migration.record import Check, Record
from redash_migration.replication.mappings import table_mappings

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.function_settings import ConfigureReplicationSettings
    from redash_migration.plan import Plan

CONNECTION_SECONDS = 240
"""How long the replication instance may take to test its two connections."""

READY_SECONDS = 240
"""How long a new task may take to become ready."""

POLL_SECONDS = 0.5
"""Between two looks at what has no event."""


def configure(
    record: Record,
    dms: Dms,
    plan: Plan,
    settings: ConfigureReplicationSettings,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Test both endpoints, then make the task; returns its ARN. Safe to run again."""
    connect_endpoints(record, dms, settings, sleep)
    identifier = task_identifier(settings.replication_task_prefix, record.migration_id)
    task = dms.task_called(identifier)
    record.undo.add("delete_task", {"identifier": identifier}, where="aws")
    if task is None:
        arn = dms.create(
            identifier,
            source=settings.source_endpoint_arn,
            target=settings.target_endpoint_arn,
            instance=settings.replication_instance_arn,
            mappings=json.dumps(
                table_mappings(
                    (table.schema, table.name) for table in plan.tables if table.method == "dms"
                )
            ),
            settings=json.dumps(json.loads(task_settings())),
        )
    else:
        arn = task.arn
    record.put_fact("task", {"arn": arn, "identifier": identifier})
    for _ in looks(READY_SECONDS, every=POLL_SECONDS, sleep=sleep):
        task = dms.task(arn)
        if task is not None and task.status not in {"creating", "modifying"}:
            return arn
    raise TransientFailure(f"replication task {identifier}: not ready within {READY_SECONDS} s")


def task_settings() -> str:
    """The task settings document that stands beside this module."""
    return (Path(__file__).parent / "task_settings.json").read_text(encoding="utf-8")


def task_identifier(prefix: str, migration_id: str) -> str:
    """``<stack>-<migration>``; one task for each migration, so that each starts afresh."""
    return f"{prefix}-{migration_id}".lower()


def task_arn(record: Record) -> str:
    """The ARN of this migration's task; CheckFailed when ConfigureReplication has not run."""
    fact = record.fact("task")
    if fact is None:
        raise CheckFailed("this migration has no replication task; ConfigureReplication makes it")
    return str(fact["arn"])


def connect_endpoints(
    record: Record,
    dms: Dms,
    settings: ConfigureReplicationSettings,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Let the replication instance connect to both ends; CheckFailed says which one fails."""
    instance = settings.replication_instance_arn
    endpoints = {
        "source": settings.source_endpoint_arn,
        "target": settings.target_endpoint_arn,
    }
    for arn in endpoints.values():
        dms.test_connection(instance, arn)
    waiting = dict(endpoints)
    failures: list[str] = []
    for _ in looks(CONNECTION_SECONDS, every=POLL_SECONDS, sleep=sleep):
        for side, arn in list(waiting.items()):
            status, message = dms.connection(instance, arn)
            if status == "successful":
                del waiting[side]
                record.checks.put(Check(f"replication.{side}_endpoint", "PASS", "connected"))
            elif status == "failed":
                del waiting[side]
                failures.append(f"{side} endpoint: {message or 'failed'}")
                record.checks.put(
                    Check(
                        f"replication.{side}_endpoint",
                        "FAIL",
                        message or "the connection test failed",
                        "Check the secret, pg_hba.conf, security groups and TLS mode.",
                    )
                )
        if not waiting:
            break
    failures += [f"{side} endpoint: no answer in {CONNECTION_SECONDS} s" for side in waiting]
    if failures:
        raise CheckFailed("; ".join(failures))


def delete_task(
    dms: Dms,
    identifier: str,
    sleep: Callable[[float], None] = time.sleep,
    seconds: int = 600,
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Stop and delete the task, and its slot with it; nothing when it is gone already.

    TransientFailure after so many seconds by the clock ``now``.
    """
    for _ in looks(seconds, every=POLL_SECONDS, sleep=sleep, now=now):
        task = dms.task_called(identifier)
        if task is None:
            return
        if task.status in {"running", "starting"}:
            dms.stop(task.arn)
        elif task.status in {"ready", "stopped", "failed", "failed-move"}:
            dms.delete(task.arn)
    raise TransientFailure(f"replication task {identifier}: still there after {seconds} s")
