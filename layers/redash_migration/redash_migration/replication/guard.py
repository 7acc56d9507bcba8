"""While people think: is there still something to approve, or to keep?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.errors import (
    CheckFailed,
    SchemaChanged,
    SwitchNotMade,
    WalBudgetExceeded,
)
from redash_migration.record import Outcome, Record, Wait
from redash_migration.record.wait import Resumer
from redash_migration.replication.configuration import task_arn

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms

ENDED = frozenset({"failed", "stopped", "deleting", "failed-move"})


def source_trouble(record: Record) -> CheckFailed | None:
    """Why this migration can't be carried out any more, by the last reading of the source."""
    measured = record.fact("measure_source") or {}
    if changed := measured.get("schema_changed"):
        return SchemaChanged(str(changed))
    if measured.get("verdict") == "FAIL":
        return WalBudgetExceeded(str(measured.get("detail", "the WAL budget is used up")))
    return None


def guard_approval(record: Record, dms: Dms, resumer: Resumer, wait: Wait) -> bool:
    """End the wait for an approval that could no longer be carried out; True when it was ended.

    A stopped task lets its slot hold WAL on the source without limit, and a lost slot or a full
    disk would cost the old Redash too: the migration is taken back in time, and the slot dropped.
    So it is when the source's schema is not the one that was copied any more.
    """
    if trouble := source_trouble(record):
        failure = Outcome.failure(type(trouble).__name__, str(trouble))
        return record.resume(wait, failure, resumer)
    task = dms.task(task_arn(record))
    if task is None or task.status in ENDED:
        cause = "the task was deleted" if task is None else f"{task.status}: {task.failure}"
        return record.resume(wait, Outcome.failure("ReplicationTaskFailed", cause), resumer)
    return False


def guard_confirmation(record: Record, resumer: Resumer, wait: Wait) -> bool:
    """End the wait for an answer whether the new side stays, where users turn out never to have
    been led there; True when it was ended.

    A switch that nobody waited for any more may be seen late not to be made. Until then nobody
    could know, so people were asked; from then on users stand before a closed door for nothing.
    """
    if record.switch_stands():
        return False
    cause = "the listener turned out not to have been pointed to the new home"
    return record.resume(wait, Outcome.failure(SwitchNotMade.__name__, cause), resumer)
