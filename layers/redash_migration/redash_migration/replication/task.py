"""What a replication task's state means for the step that waits for it.

An event is a hint; the task as DescribeReplicationTasks shows it is the truth (AWS DMS User Guide,
"Working with Amazon EventBridge events": delivery is best effort). ``StopReason`` is stale while
the task runs, and a stop may be that of an earlier run: a wait remembers the stop date it found
and is only answered by another one.
"""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.record.wait import Outcome

FULL_LOAD_STOPS = frozenset(
    {"STOPPED_AFTER_CACHED_EVENTS", "STOPPED_AFTER_FULL_LOAD", "FULL_LOAD_ONLY_FINISHED"}
)
"""Stop reasons that mean: the full load is done and the task waits to go on."""

STOPPABLE = frozenset({"running", "starting"})


@dataclass(frozen=True, slots=True)
class TaskTruth:
    """A replication task as the service describes it now.

    ``stop_date`` is ISO 8601 or empty; ``stop_reason`` the bare name, without the words DMS puts
    before and behind it.
    """

    arn: str
    status: str
    stop_reason: str
    stop_date: str
    failure: str


def after_full_load(task: TaskTruth | None, previous_stop: str) -> Outcome | None:
    """The answer to RunFullLoad, or None while the full load goes on."""
    gone = _failed_or_gone(task)
    if gone is not None or task is None:
        return gone
    if task.status != "stopped" or _is_earlier(task, previous_stop):
        return None
    if task.stop_reason in FULL_LOAD_STOPS:
        return Outcome.success({"stop_reason": task.stop_reason, "stop_date": task.stop_date})
    return Outcome.failure(
        "ReplicationTaskFailed",
        f"the task stopped before the full load was complete: {task.stop_reason or 'no reason'}"
        f"{': ' + task.failure if task.failure else ''}; see the task's log in CloudWatch",
    )


def after_stop(task: TaskTruth | None, previous_stop: str) -> Outcome | None:
    """The answer to StopReplication, or None while the task may still apply something.

    Any end will do, a failure or a deletion too: everything had arrived and was compared before
    this is asked. Only a task that may go on is none.
    """
    if task is None:
        return Outcome.success({"stop_reason": "DELETED", "stop_date": ""})
    if task.status in {"failed", "failed-move"}:
        return Outcome.success({"stop_reason": "FAILED", "stop_date": task.stop_date})
    if task.status != "stopped" or _is_earlier(task, previous_stop):
        return None
    return Outcome.success({"stop_reason": task.stop_reason, "stop_date": task.stop_date})


def _is_earlier(task: TaskTruth, previous_stop: str) -> bool:
    """Whether this is the stop that was there before; one without a date is a new one."""
    return bool(previous_stop) and task.stop_date == previous_stop


def _failed_or_gone(task: TaskTruth | None) -> Outcome | None:
    if task is None or task.status == "deleting":
        return Outcome.failure("ReplicationTaskFailed", "the replication task was deleted")
    if task.status in {"failed", "failed-move"}:
        return Outcome.failure(
            "ReplicationTaskFailed",
            f"the replication task failed: {task.failure or task.stop_reason or 'no message'}",
        )
    return None
