"""OpenSource: the old database's fence is lifted once it holds everything."""

from __future__ import annotations

from contextlib import closing

from redash_migration.clock import stamp
from redash_migration.database.freeze import read_only
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.watch.written import written
from redash_migration.errors import NotFoundInRecord
from redash_migration.homecoming.facts import OPENED_FACT
from redash_migration.record import Record


def open_source(record: Record, old: DatabaseAddress) -> None:
    """Restore the settings that stood before the cutover's fence; safe to repeat.

    That it is closed again where the return goes no further is written down first, and comes before
    the new side is opened. UndoForged where the settings that stood before can't be believed.
    """
    record.undo.add("close_old_side", {}, where="database", key="opened", service="serves")
    forward = record.of("forward")
    laid = forward.undo.believed("lift_fence")
    if not laid:
        raise NotFoundInRecord("lift_fence: FenceSource has not run for this migration")
    with closing(connect(old, purpose="open-source", read_only=False)) as session:
        if read_only.laid(session):
            now = written(session)
            record.put_fact(
                OPENED_FACT, {"rows": now.rows, "epoch": now.epoch, "at": stamp(record.clock())}
            )
        read_only.lift(session, read_only.state_of(**laid[0].arguments))
    record.audit("fence_lifted", side="old")
