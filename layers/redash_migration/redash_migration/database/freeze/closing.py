"""The source closed to writers, and drained: FenceSource and DrainChanges."""

from __future__ import annotations

from functools import partial
from typing import Any

from redash_migration.clock import seconds_between, stamp
from redash_migration.database.freeze import fence, read_only
from redash_migration.database.freeze.draining import drain
from redash_migration.database.freeze.last_look import note_source
from redash_migration.database.schema.drift import drift
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.watch.watching import source_before
from redash_migration.errors import NotDrained, NotFoundInRecord
from redash_migration.record import Check, Record

FENCE_FACT = "fence"
DRAIN_SECONDS = 45.0


def close_source(
    record: Record, source: DatabaseAddress, *, window: float = fence.WINDOW
) -> dict[str, Any]:
    """Lays the fence and keeps the WAL position behind it; ``{"lsn", "ended_sessions", ...}``.

    A repeated step proves the fence anew but keeps the first position, unless the fence had been
    lifted in between. Raises FenceNotHeld; SchemaChanged when somebody altered the schema since it
    was planned for, which nobody can any more from here on.
    """
    before = source_before(record)
    with connect(source, purpose="fence", read_only=False) as session:
        stood = read_only.laid(session)
        state = read_only.state(session)
        record.undo.add(
            "lift_fence",
            {"before": state.before, "roles": state.roles},
            where="database",
            service="serves",
        )
        forward = record.direction == "forward"  # on the way home nothing is replicated
        replicated = forward and canary.is_there(session)
        release = partial(canary.release, session, record.migration_id) if replicated else None
        held = fence.lay(session, before.slots, window=window, release=release)
        changed = drift(record, session)
        if not forward:
            # Nothing has to be drained: what is read is the fenced database itself.
            note_source(record, session)
    kept = record.fact(FENCE_FACT)
    if kept is None or not stood:
        kept = {"lsn": held.lsn, "at": stamp(record.clock()), "canary": held.canary}
        record.put_fact(FENCE_FACT, kept)
        record.audit("fenced", lsn=held.lsn, ended_sessions=held.ended_sessions)
    record.milestone("fenced")
    record.checks.put(
        Check(
            "source.fence",
            "PASS",
            f"nobody writes: {held.ended_sessions} sessions ended, WAL position {kept['lsn']}"
            + (f"; delayed by {', '.join(held.delayed_by)}" if held.delayed_by else ""),
        )
    )
    if changed is not None:
        raise changed
    return {**kept, "ended_sessions": held.ended_sessions, "attempts": held.attempts}


def drain_source(
    record: Record,
    source: DatabaseAddress,
    target: DatabaseAddress,
    *,
    seconds: float = DRAIN_SECONDS,
    limit: float | None = None,
) -> dict[str, Any]:
    """``{"drained": bool, "waiting_for": str}``, to be asked again until it is drained.

    Raises NotDrained when changes could not be applied, or have not arrived ``limit`` seconds
    after the write pause began; FenceNotHeld when somebody came back.
    """
    held = record.fact(FENCE_FACT)
    if held is None:
        raise NotFoundInRecord("fence: FenceSource has not run for this migration")
    began = record.milestones().get("pause_began", str(held["at"]))
    left = seconds if limit is None else limit - seconds_between(began, stamp(record.clock()))
    with (
        connect(source, purpose="drain", read_only=False) as old,
        connect(target, purpose="drain") as new,
    ):
        found = drain(
            old,
            new,
            migration_id=record.migration_id,
            lsn=str(held["lsn"]),
            mark=str(held.get("canary") or f"drain {held['lsn']}"),
            slots_before=source_before(record).slots,
            seconds=max(1.0, min(seconds, left)),
        )
        if found.drained:
            note_source(record, old)
    if not found.drained and limit is not None and left <= seconds:
        raise NotDrained(
            f"{found.waiting_for}; the write pause may last {limit:.0f} s, so users get the old"
            " Redash back: look at the replication task before starting again"
        )
    if found.drained:
        record.milestone("drained")
        witness = {
            True: "the slot confirms it",
            False: "the slot has not confirmed the position yet",
            None: "the slot is not to be seen",
        }[found.slot_confirmed]
        record.checks.put(
            Check(
                "replication.drained",
                "PASS",
                f"the canary written behind {held['lsn']} has arrived; {witness}",
            )
        )
    return {"drained": found.drained, "waiting_for": found.waiting_for}
