"""While people think: is there still something to approve?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.record import Outcome, Record, Wait
from redash_migration.record.waits import Resumer
from redash_migration.replication.configuration import task_arn

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms

ENDED = frozenset({"failed", "stopped", "deleting", "failed-move"})


def guard_approval(record: Record, dms: Dms, resumer: Resumer, wait: Wait) -> bool:
    """End the wait for an approval that could no longer be carried out; True when it was ended.

    A stopped task lets its slot hold WAL on the source without limit, and a lost slot or a full
    disk would cost the old Redash too: the migration is taken back in time, and the slot dropped.
    """
    measured = record.fact("measure_source") or {}
    if measured.get("verdict") == "FAIL":
        detail = str(measured.get("detail", "the WAL budget on the source is used up"))
        return record.resume(wait, Outcome.failure("WalBudgetExceeded", detail), resumer)
    task = dms.task(task_arn(record))
    if task is None or task.status in ENDED:
        cause = "the task was deleted" if task is None else f"{task.status}: {task.failure}"
        return record.resume(wait, Outcome.failure("ReplicationTaskFailed", cause), resumer)
    return False
