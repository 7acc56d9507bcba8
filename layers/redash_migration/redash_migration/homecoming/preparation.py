"""PrepareReturn: the last look before anything is carried home."""

from __future__ import annotations

from contextlib import closing

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.watch.slot import drop_own_slots, own_slots
from redash_migration.database.watch.watching import source_before
from redash_migration.errors import ReturnNotPossible, TransientFailure
from redash_migration.homecoming.possible import possible, way_home
from redash_migration.plan import Plan
from redash_migration.record import Check, Record


def prepare_return(
    record: Record, plan: Plan, old: DatabaseAddress, new: DatabaseAddress, budget_seconds: int
) -> dict[str, int]:
    """Demand that everything can be brought home, and prove that no change capture is left.

    A slot of ours that outlived its task is dropped, and its absence seen: else the rows that we
    write on the old side would be carried forward again. Raises ReturnNotPossible.
    """
    # What a return before this one could not take back has its turns again, should this one fail.
    record.undo.try_again()
    checks = way_home(record, plan, old, new, budget_seconds)
    if possible(checks) is not True:
        raise ReturnNotPossible(
            "; ".join(
                f"{check.id}: {check.detail}"
                for check in checks
                if check.status in {"FAIL", "UNKNOWN"}
            )
        )
    before = source_before(record.of("forward")).slots
    with closing(connect(old, purpose="prepare-return", read_only=False)) as session:
        dropped = drop_own_slots(session, before)
        if left := own_slots(session, before):
            raise TransientFailure(f"replication slot {left[0].name} is still there")
    record.checks.put(
        Check("replication_ended", "PASS", "the task is gone, and no slot of it is left")
    )
    # Before the first row is written home: whatever happens, the old side is closed again.
    record.undo.add("close_old_side", {}, where="database", service="serves")
    return {"dropped_slots": len(dropped)}
