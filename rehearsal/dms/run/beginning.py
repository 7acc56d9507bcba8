"""How a run begins: afresh, again from nothing, or where the last one stopped."""

from __future__ import annotations

from datetime import UTC, datetime

from rehearsal.dms.databases.endpoint import Database
from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.databases.slot import SlotState
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.run.preparation import admit_again, prepare
from rehearsal.dms.task.task import ReplicationTask


def begin(
    task: ReplicationTask, kind: str, source: Database, target: Database, script: str
) -> Engine:
    """The engine of the run, its workers let loose.

    ``kind`` is StartReplicationTaskType, ``script`` the target endpoint's AfterConnectScript.
    Raises TaskFailure, or psycopg.Error when a database refuses.
    """
    if kind == "resume-processing" and task.names is not None:
        engine = Engine(source, target, task.names)
        sound_slot(engine)
        admit_again(task, source, target, script)
        with task.lock:
            for table in task.tables.values():
                table.interrupt()
        engine.readdress()
    else:
        if task.names is not None:
            forget(task, source, target)
        engine = prepare(task, source, target, script)
        with task.lock:
            task.full_load_done = task.migration_type == "cdc"
            task.dates.full_load_start = datetime.now(UTC)
            task.dates.full_load_finish = None
    engine.enable()
    return engine


def forget(task: ReplicationTask, source: Database, target: Database) -> None:
    """Take everything that the task left in the databases out of them."""
    if task.names is not None:
        engine = Engine(source, target, task.names)
        engine.drop_subscription()
        engine.leave_source()
        with task.lock:
            task.names = None


def sound_slot(engine: Engine) -> SlotState:
    """The slot; raises TaskFailure when it is lost."""
    slot = engine.slot()
    if slot.lost:
        what = "was invalidated" if slot.exists else "does not exist"
        raise TaskFailure(
            f"Replication slot {engine.names.slot} {what} on the source: the changes since the"
            " last confirmed position are gone; reload the target."
        )
    return slot
