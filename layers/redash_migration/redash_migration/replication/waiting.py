"""Steps that wait for the replication task, and what answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.record import Record, Wait
from redash_migration.record.waits import Outcome, Resumer
from redash_migration.replication.configuration import task_arn
from redash_migration.replication.task import (
    STOPPABLE,
    TaskTruth,
    after_full_load,
    after_stop,
)

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms

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


def stop_replication(record: Record, dms: Dms, resumer: Resumer, token: str) -> None:
    """Store the token, then ask the task to stop.

    The stop date seen before the request is kept with the wait: only a later stop answers it. A
    task that had already stopped when this step first looked counts as stopped.
    """
    arn = task_arn(record)
    task = dms.task(arn)
    running = task is not None and task.status in STOPPABLE
    previous = task.stop_date if task is not None and running else ""
    wait = record.waits.open("StopReplication", token, arn, previous_stop=previous)
    if running:
        dms.stop(arn)
    answer_task_wait(record, dms, resumer, wait)


def answer_task_wait(record: Record, dms: Dms, resumer: Resumer, wait: Wait) -> bool:
    """Look at the task; resume the step when its state is an answer. True when it was."""
    outcome = _outcome(wait, dms.task(wait.resource))
    return outcome is not None and record.resume(wait, outcome, resumer)


def _outcome(wait: Wait, task: TaskTruth | None) -> Outcome | None:
    answer = ANSWERS.get(wait.kind)
    return None if answer is None else answer(task, str(wait.details.get("previous_stop", "")))
