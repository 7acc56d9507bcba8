"""The fence: nobody writes on the source any more, and that is proved, not assumed.

Laid by ALTER DATABASE ... SET default_transaction_read_only (PostgreSQL manual, 20.11.1), which
holds for sessions that begin afterwards; the others are ended. A role that asks for it can still
write, so a window without a session and without a new transaction has to be seen: as long as
clients need that connect again by themselves when their session is ended. Who comes later is met
by the last look before the switch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from psycopg import errors

from redash_migration.database.freeze.read_only import make_read_only, state
from redash_migration.database.freeze.sessions import (
    Session,
    end,
    foreign_sessions,
    is_to_be_ended,
    may_stay,
    sessions,
)
from redash_migration.database.freeze.witnesses import Witness
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import FenceNotHeld
from redash_migration.failure_text import words

WINDOW = 0.75  # seconds without anybody that prove the fence; the canary travels meanwhile
PATIENCE = 20.0  # seconds in which such a window has to be found
_LOOK_EVERY = 0.05
_CANARIES = 3  # where somebody keeps coming back, the drain sends the next one


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that holds. `lsn` is a WAL position behind every write that came before it.

    `canary` is the mark of one that is on its way and proved to be behind every write; "" if none.
    """

    lsn: str
    ended_sessions: int
    attempts: int
    delayed_by: tuple[str, ...] = ()
    canary: str = ""


def lay(
    connection: Connection,
    slots_before: Collection[str],
    *,
    window: float = WINDOW,
    patience: float = PATIENCE,
    release: Callable[[str], int | None] | None = None,
) -> Fence:
    """Makes the database read-only, ends all other sessions, and sees that nobody comes back.

    `release` sends the canary with a mark on its way (tables/canary.py) while the fence is being
    proved: users wait for both. It counts if the proof shows that nobody came behind it.

    The session must be allowed to write. Raises FenceNotHeld naming who still writes, with the
    remedy; the fence stays laid then, for the roll-back to lift.
    """
    make_read_only(connection)
    for role, _ in state(connection).roles:
        make_read_only(connection, role)
    refuse_prepared(connection)
    ended = attempts = 0
    seen: dict[str, None] = {}
    deadline = time.monotonic() + patience
    while attempts == 0 or time.monotonic() < deadline:
        attempts += 1
        found = [s for s in foreign_sessions(connection, slots_before) if is_to_be_ended(s)]
        ended += len(found)
        _end(connection, found)
        canary, sent = f"drain {_position(connection)}", None
        if release is not None and attempts <= _CANARIES:
            sent = release(canary)
        witness = Witness(connection)
        disturbed = _watch(connection, witness, slots_before, window)
        if not disturbed:
            refuse_prepared(connection)
            proved = canary if witness.follows(sent) else ""
            return Fence(_position(connection), ended, attempts, tuple(seen)[:5], proved)
        seen |= dict.fromkeys(disturbed)
        time.sleep(_LOOK_EVERY)
    raise FenceNotHeld(
        f"after {patience:.0f} s and {attempts} attempts still there: "
        f"{'; '.join(list(seen)[:10])}. Stop what connects to {connection.info.dbname} at"
        f" {connection.info.host}, then start again"
    )


def refuse_prepared(connection: Connection) -> None:
    """Raises FenceNotHeld when a prepared transaction could still be committed."""
    found = prepared(connection)
    if found:
        gid, owner = found[0]
        raise FenceNotHeld(
            f"{len(found)} prepared transactions can still be committed, the first {gid!r} of"
            f" {owner}: COMMIT PREPARED or ROLLBACK PREPARED them there"
        )


def prepared(connection: Connection) -> list[tuple[str, str]]:
    """Prepared transactions of this database: identifier and owner, the oldest first."""
    rows = connection.execute(
        "SELECT gid, owner::text FROM pg_catalog.pg_prepared_xacts"
        " WHERE database = current_database() ORDER BY prepared"
    )
    return [(str(gid), str(owner)) for gid, owner in rows]


def _watch(
    connection: Connection, witness: Witness, slots_before: Collection[str], window: float
) -> list[str]:
    """What was seen during the window that should not be; empty when the fence held."""
    deadline = time.monotonic() + window
    while time.monotonic() < deadline:
        there = sessions(connection, slots_before)
        foreign = [str(session) for session in there if not may_stay(session)]
        if foreign:
            return foreign
        witness.look(there)
        time.sleep(_LOOK_EVERY)
    return witness.moved()


def _end(connection: Connection, found: list[Session]) -> None:
    try:
        end(connection, found)
    except errors.InsufficientPrivilege as error:
        raise FenceNotHeld(
            f"may not end the session of {found[0]}: {words(error)};"
            " give the migration's role on this database superuser rights"
        ) from error
    deadline = time.monotonic() + 5
    pids = {session.pid for session in found}
    while pids and time.monotonic() < deadline:
        rows = connection.execute(
            "SELECT pid FROM pg_catalog.pg_stat_activity WHERE pid = ANY (%s)", [list(pids)]
        )
        pids = {pid for (pid,) in rows}
        time.sleep(_LOOK_EVERY)


def _position(connection: Connection) -> str:
    """Behind everything written so far, also what asynchronous commits have not flushed yet."""
    row = connection.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
    assert row is not None  # noqa: S101 - the function always answers
    return str(row[0])
