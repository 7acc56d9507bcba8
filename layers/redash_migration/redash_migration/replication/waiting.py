"""Steps that wait for the replication task, and what answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.record import Record, Wait
from redash_migration.record.wait import Outcome, Resumer
from redash_migration.replication.configuration import task_arn
from redash_migration.replication.task import (
    STOPPABLE,
    TaskTruth,
    after_full_load,
    after_stop,
)

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms

STOP_FACT = "replication_stop"
"""The record's fact that keeps the stop date seen before the task was asked to stop."""

ANSWERS = {"RunFullLoad": after_full_load, "StopReplication": after_stop}
"""What the task's state means for each step that waits for it."""


def start_full_load(record: Record, dms: Dms, resumer: Resumer, token: str) -> None:
    """Store the token, then start the task's first run.

    The task may run or have stopped already when the step is run again: then it is not started a
    second time, and a stop that has come to pass answers at once.
    """
    arn = task_arn(record)
    wait = record.waits.open("RunFullLoad", token, arn, previous_stop="")
    task = dms.task(arn)
    if task is not None and task.status == "ready":
        dms.start(arn, resume=False)
    elif task is not None and task.status == "failed":
        record.waits.note(wait, previous_stop=task.stop_date)
        dms.reload(arn)
        return
    answer_task_wait(record, dms, resumer, wait)


def ask_replication_to_stop(record: Record, dms: Dms) -> None:
    """Ask a running task to stop, and wait for nothing; docs/design.md says why that is enough."""
    arn = task_arn(record)
    task = dms.task(arn)
    if task is not None and task.status in STOPPABLE:
        if record.fact(STOP_FACT) is None:
            record.put_fact(STOP_FACT, {"previous_stop": task.stop_date})
        dms.stop(arn)


def stop_replication(record: Record, dms: Dms, resumer: Resumer, token: str) -> None:
    """Store the token, then see to it that the task has been asked to stop.

    The stop date seen before the first request is kept: only a later stop answers it. A task that
    had already stopped when it was first looked at counts as stopped.
    """
    arn = task_arn(record)
    task = dms.task(arn)
    running = task is not None and task.status in STOPPABLE
    asked = record.fact(STOP_FACT) or {}
    found = task.stop_date if task is not None and running else ""
    wait = record.waits.open(
        "StopReplication", token, arn, previous_stop=str(asked.get("previous_stop", found))
    )
    if running:
        dms.stop(arn)
    answer_task_wait(record, dms, resumer, wait)


def urge_replication_to_stop(record: Record, dms: Dms, resumer: Resumer, wait: Wait) -> bool:
    """As ``answer_task_wait``; a task that still runs is asked once more."""
    task = dms.task(wait.resource)
    if task is not None and task.status in STOPPABLE:
        dms.stop(task.arn)
        return False
    return answer_task_wait(record, dms, resumer, wait)


def answer_task_wait(record: Record, dms: Dms, resumer: Resumer, wait: Wait) -> bool:
    """Look at the task; resume the step when its state is an answer. True when it was."""
    outcome = _outcome(wait, dms.task(wait.resource))
    return outcome is not None and record.resume(wait, outcome, resumer)


def _outcome(wait: Wait, task: TaskTruth | None) -> Outcome | None:
    answer = ANSWERS.get(wait.kind)
    return None if answer is None else answer(task, str(wait.details.get("previous_stop", "")))
