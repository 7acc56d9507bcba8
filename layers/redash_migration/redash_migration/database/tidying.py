"""What the migration leaves behind in the databases, removed: at the end, or in a roll-back."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

from redash_migration.database.freeze import fence, read_only
from redash_migration.database.freeze.last_look import note_source
from redash_migration.database.schema.contents import Foundation, empty, put_aside
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import DMS_TABLES, Connection
from redash_migration.database.watch.slot import drop_own_slots
from redash_migration.database.watch.watching import source_before, watch_target
from redash_migration.errors import MigrationError
from redash_migration.failure_text import words
from redash_migration.record import Check, Record

LIFTED = "the fence was lifted, with no setting in its place"
PATIENCE = 30.0  # seconds: a server that restarts comes back

_DMS_OBJECTS = """
SELECT 'EVENT TRIGGER', evtname::text, NULL::text
FROM pg_catalog.pg_event_trigger WHERE evtname LIKE %(dms)s
UNION ALL
SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname::text, n.nspname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v') AND c.relname LIKE %(dms)s
UNION ALL
SELECT 'ROUTINE', p.proname::text, n.nspname::text
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname LIKE %(dms)s
"""


def clean_up(record: Record, source: DatabaseAddress, target: DatabaseAddress) -> list[str]:
    """Canary, control tables and slot removed on both sides; returns what was removed.

    The source stays fenced, or is now, where a return that failed had left it open: one database
    takes Redash's writes. What can't be done there is a WARN with its remedy, since the migration
    has succeeded by then.
    """
    with _session(target, "clean-up") as new:
        removed = [f"target: {name}" for name in remove_leftovers(new)]
    try:
        with _session(source, "clean-up") as old:
            if not read_only.laid(old):
                close_old_side(record.of("return"), old)
            slots = drop_own_slots(old, source_before(record).slots)
            removed += [f"source: {name}" for name in (*slots, *remove_leftovers(old))]
    except (psycopg.Error, MigrationError) as error:
        record.checks.put(
            Check(
                "clean_up.source",
                "WARN",
                f"the old database was not cleaned: {words(error)}",
                "DROP SCHEMA redash_migration CASCADE; SELECT pg_drop_replication_slot(slot_name)"
                " FROM pg_replication_slots: before the old host is switched off for good.",
            )
        )
    return removed


def remove_leftovers(connection: Connection) -> list[str]:
    """Our schemas and everything called awsdms_*; returns the names of what DMS had left."""
    found = connection.execute(_DMS_OBJECTS, {"dms": DMS_TABLES}).fetchall()
    for kind, name, schema in found:
        identifier = sql.Identifier(name) if schema is None else sql.Identifier(schema, name)
        connection.execute(
            sql.SQL("DROP {} IF EXISTS {} CASCADE").format(sql.SQL(kind), identifier)
        )
    canary.drop(connection)
    return [name if schema is None else f"{schema}.{name}" for _, name, schema in found]


def close_old_side(record: Record, old: Connection) -> fence.Fence:
    """The fence laid again by a return that leads forward; what the server has counted until then
    counts as seen. `record` is the return's."""
    forward = record.of("forward")
    held = fence.lay(old, source_before(forward).slots)
    note_source(forward, old)
    return held


class UndoingInDatabases:
    """The undo actions of ``where="database"``; every one may find its work done already.

    Each asks for the address that it needs: where the new database is gone, its secret too, the old
    one is opened all the same.
    """

    def __init__(
        self,
        record: Record,
        source: Callable[[], DatabaseAddress],
        target: Callable[[], DatabaseAddress],
    ) -> None:
        self._record = record
        self._source = source
        self._target = target

    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Action name of an undo entry -> what carries it out."""
        return {
            "lift_fence": self.lift_fence,
            "close_old_side": self.close_old_side,
            "empty_target": self.empty_target,
            "drop_source_leftovers": self.drop_source_leftovers,
        }

    def without_the_record(self) -> Mapping[str, Callable[[str], None]]:
        """Action -> what does by itself what an entry is for that can't be believed."""
        return {
            "lift_fence": lambda _: self._lift_unasked(),
            "close_old_side": lambda _: self.close_old_side(),
        }

    def _lift_unasked(self) -> None:
        with _session(self._source(), "roll-back-fence") as session:
            read_only.lift_unasked(session)
        self._record.audit("fence_lifted")

    def lift_fence(self, before: str | None, roles: Sequence[Sequence[str | None]]) -> None:
        """The source takes writes again, as it did before."""
        state = read_only.state_of(before, roles)
        with _session(self._source(), "roll-back-fence") as session:
            read_only.lift(session, state)
        self._record.audit("fence_lifted")

    def close_old_side(self) -> None:
        """A return leads forward again: the old database is closed as before, and what was written
        there by us, or by an old server that was up for a moment, counts as seen."""
        with _session(self._target(), "close-old-side") as session:
            held = close_old_side(self._record, session)
        self._record.audit("fenced", lsn=held.lsn, ended_sessions=held.ended_sessions)

    def empty_target(self, schemas: Collection[str], extensions: Collection[str]) -> None:
        """Drops what was put on the target; what users have written to is put aside instead."""
        kept: list[str] = []
        with _session(self._target(), "roll-back") as session:
            if self._has_users_writes():
                kept = put_aside(session, self._record.migration_id)
            else:
                empty(session, Foundation(tuple(schemas), tuple(extensions)))
            remove_leftovers(session)
            self._lift_returns_fence(session)
        if kept:
            self._record.checks.put(
                Check(
                    "roll_back.target_kept",
                    "WARN",
                    f"users had written on the target: its tables are kept in {', '.join(kept)}",
                    "Look at what they wrote, then DROP SCHEMA ... CASCADE each of them.",
                )
            )

    def drop_source_leftovers(self, slots: Collection[str]) -> None:
        """Canary and control objects on the source, and slots that were not there before."""
        with _session(self._source(), "roll-back") as session:
            drop_own_slots(session, slots)
            remove_leftovers(session)

    def _lift_returns_fence(self, session: Connection) -> None:
        """After a return the new database is closed until its tables stand aside: from then on no
        Redash finds them, and another migration may come."""
        returned = self._record.of("return")
        for entry in returned.undo.proved():
            if entry.action != "lift_fence" or entry.state != "PENDING":
                continue
            if entry.forged:
                read_only.lift_unasked(session)
                returned.undo.refused(entry, LIFTED)
            else:
                read_only.lift(session, read_only.state_of(**entry.arguments))
                returned.undo.done(entry)

    def _has_users_writes(self) -> bool:
        if "switch_began" not in self._record.milestones():
            return False
        written = watch_target(self._record, self._target())["writes_since_switch"]
        return bool(written is None or written > 0)


@contextmanager
def _session(address: DatabaseAddress, purpose: str) -> Iterator[Connection]:
    """A writing session; waits for a server that is just coming back."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            session = connect(
                address, purpose=purpose, read_only=False, statement_timeout=120, lock_timeout=30
            )
            break
        except psycopg.OperationalError as error:
            if "password" in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(1)
    with session:
        yield session
