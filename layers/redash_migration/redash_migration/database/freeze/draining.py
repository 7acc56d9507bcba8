"""Has every change of the fenced source arrived? The canary says so, the slot agrees."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.freeze.sessions import foreign_sessions, is_to_be_ended
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch import slot
from redash_migration.errors import FenceNotHeld, NotDrained

_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Drain:
    """`slot_confirmed` is a second witness: None when the slot is not to be seen."""

    drained: bool
    waiting_for: str
    slot_confirmed: bool | None


def drain(
    source: Connection,
    target: Connection,
    *,
    migration_id: str,
    lsn: str,
    mark: str,
    slots_before: Collection[str],
    seconds: float,
) -> Drain:
    """Releases the canary with ``mark``, unless it is on its way, and looks for it so long.

    It must be behind the fence's position `lsn`, or proved to be behind every write.

    `source` must be a session that may write past the fence. Raises NotDrained when DMS has noted
    changes that it could not apply (waiting would not bring those), FenceNotHeld when somebody has
    come back to the source.
    """
    canary.release(source, migration_id, mark)
    deadline = time.monotonic() + seconds
    while True:
        refuse_exceptions(target)
        arrived = canary.mark(target, migration_id) == mark
        if arrived or time.monotonic() > deadline:
            break
        time.sleep(_POLL)
    confirmed = _slot_confirmed(source, lsn, slots_before)
    if arrived:
        refuse_foreign_sessions(source, slots_before)
        return Drain(True, "", confirmed)
    behind = {
        None: "no replication slot of the migration is to be seen on the source",
        False: "the replication has not yet read up to the fence",
        True: "the replication has read all, but not yet applied it",
    }[confirmed]
    return Drain(False, f"the canary has not arrived on the target: {behind}", confirmed)


def refuse_foreign_sessions(source: Connection, slots_before: Collection[str]) -> None:
    """Raises FenceNotHeld when somebody has come back to the source since it was fenced."""
    found = [s for s in foreign_sessions(source, slots_before) if is_to_be_ended(s)]
    if found:
        raise FenceNotHeld(
            f"{len(found)} sessions have come back, the first {found[0]}: stop what connects to the"
            " old database, then start again"
        )


def refuse_exceptions(target: Connection) -> None:
    """Raises NotDrained when a table awsdms_apply_exceptions, in any schema, holds a row."""
    tables = target.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND lower(c.relname) = 'awsdms_apply_exceptions'"
    ).fetchall()
    for schema, name in tables:
        row = target.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))
        ).fetchone()
        if row is not None and row[0]:
            raise NotDrained(
                f"{schema}.{name} holds {row[0]} changes that could not be applied; read it on the"
                " target, mend the cause, and start again"
            )


def _slot_confirmed(source: Connection, lsn: str, slots_before: Collection[str]) -> bool | None:
    own = slot.own_slots(source, slots_before)
    return all(slot.passed(source, found.name, lsn) for found in own) if own else None
