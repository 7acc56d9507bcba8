"""The fence: nobody writes on the source any more, and that is proved, not assumed.

Laid by ALTER DATABASE ... SET default_transaction_read_only (PostgreSQL manual, 20.11.1), which
holds for sessions that begin afterwards; the others are ended. A role that asks for it can still
write, so a window without a session and without a new transaction has to be seen: as long as
clients need that connect again by themselves when their session is ended. Who comes later is met
by the last look before the switch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from psycopg import errors, sql

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
_SETTING = "default_transaction_read_only"


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that holds. `lsn` is a WAL position behind every write that came before it.

    `canary` is the phase of one that is on its way and proved to be behind every write; "" if none.
    """

    lsn: str
    ended_sessions: int
    attempts: int
    delayed_by: tuple[str, ...] = ()
    canary: str = ""


@dataclass(frozen=True, slots=True)
class FenceState:
    """How the setting stood before: `before` is its value for the database, None if unset.

    `roles` are those whose own setting would outrank the database's, with their value in it.
    """

    before: str | None
    roles: tuple[tuple[str, str | None], ...]


def state_of(before: str | None, roles: Sequence[Sequence[str | None]]) -> FenceState:
    """A state as it was recorded, after its trip through JSON."""
    return FenceState(before, tuple((str(role), value) for role, value in roles))


def laid(connection: Connection) -> bool:
    """Whether the fence stands now."""
    return _database_setting(connection) in {"on", "true", "yes", "1"}


def state(connection: Connection) -> FenceState:
    """What is to be restored when the fence is lifted; to be recorded before it is laid."""
    rows = connection.execute(
        "SELECT r.rolname, (SELECT split_part(c, '=', 2) FROM pg_catalog.pg_db_role_setting i,"
        " unnest(i.setconfig) c WHERE i.setrole = r.oid AND split_part(c, '=', 1) = %(setting)s"
        " AND i.setdatabase = (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = current_database()))"
        " FROM pg_catalog.pg_roles r WHERE EXISTS ("
        " SELECT FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c"
        " WHERE s.setrole = r.oid AND split_part(c, '=', 1) = %(setting)s"
        " AND split_part(c, '=', 2) NOT IN ('on', 'true', 'yes', '1')"
        " AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = current_database()))) ORDER BY 1",
        {"setting": _SETTING},
    )
    roles = tuple((str(role), value) for role, value in rows.fetchall())
    return FenceState(_database_setting(connection), roles)


def lay(
    connection: Connection,
    slots_before: Collection[str],
    *,
    window: float = WINDOW,
    patience: float = PATIENCE,
    release: Callable[[str], int | None] | None = None,
) -> Fence:
    """Makes the database read-only, ends all other sessions, and sees that nobody comes back.

    `release` sends the canary of a phase on its way (tables/canary.py) while the fence is being
    proved: users wait for both. It counts if the proof shows that nobody came behind it.

    The session must be allowed to write. Raises FenceNotHeld naming who still writes, with the
    remedy; the fence stays laid then, for the roll-back to lift.
    """
    _set(connection, sql.SQL("on"))
    for role, _ in state(connection).roles:
        _set(connection, sql.SQL("on"), role)
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


def lift(connection: Connection, before: FenceState) -> None:
    """Restores the settings that stood before; safe to repeat, also on a read-only database."""
    if before.before is None:
        _reset(connection)
    else:
        _set(connection, sql.Literal(before.before))
    for role, value in before.roles:
        if value is None:
            _reset(connection, role)
        else:
            _set(connection, sql.Literal(value), role)


def lift_unasked(connection: Connection) -> None:
    """Lift a fence of which nobody can say any more how the settings stood before.

    The database's own setting goes, and that of the roles to which its tables belong or whose own
    setting outranks the database's: who was read-only on purpose beside them stays so.
    """
    _reset(connection)
    rows = connection.execute(
        "SELECT DISTINCT r.rolname FROM pg_catalog.pg_db_role_setting s"
        " JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c"
        " WHERE split_part(c, '=', 1) = %(setting)s"
        " AND split_part(c, '=', 2) IN ('on', 'true', 'yes', '1')"
        " AND s.setdatabase = (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = current_database())"
        " AND (EXISTS (SELECT FROM pg_catalog.pg_class k WHERE k.relowner = r.oid"
        " AND k.relkind IN ('r', 'p')) OR EXISTS (SELECT FROM pg_catalog.pg_db_role_setting o,"
        " unnest(o.setconfig) d WHERE o.setrole = r.oid AND o.setdatabase = 0"
        " AND split_part(d, '=', 1) = %(setting)s"
        " AND split_part(d, '=', 2) NOT IN ('on', 'true', 'yes', '1')))",
        {"setting": _SETTING},
    )
    for (role,) in rows.fetchall():
        _reset(connection, str(role))


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


def _database_setting(connection: Connection) -> str | None:
    row = connection.execute(
        "SELECT split_part(c, '=', 2) FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c"
        " WHERE s.setrole = 0 AND split_part(c, '=', 1) = %s AND s.setdatabase ="
        " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        [_SETTING],
    ).fetchone()
    return None if row is None else str(row[0])


def _set(connection: Connection, value: sql.Composable, role: str = "") -> None:
    statement = sql.SQL("ALTER {} SET {} = {}").format(
        _whose(connection, role), sql.Identifier(_SETTING), value
    )
    _alter(connection, statement)


def _reset(connection: Connection, role: str = "") -> None:
    statement = sql.SQL("ALTER {} RESET {}").format(
        _whose(connection, role), sql.Identifier(_SETTING)
    )
    _alter(connection, statement)


def _whose(connection: Connection, role: str) -> sql.Composed:
    database = sql.SQL("DATABASE {}").format(sql.Identifier(connection.info.dbname))
    if not role:
        return database
    return sql.SQL("ROLE {} IN {}").format(sql.Identifier(role), database)


def _alter(connection: Connection, statement: sql.Composed) -> None:
    try:
        connection.execute(statement)
    except errors.InsufficientPrivilege as error:
        raise FenceNotHeld(
            f"{words(error)}; give the migration's role on this database superuser rights or make"
            " it the database's owner"
        ) from error
