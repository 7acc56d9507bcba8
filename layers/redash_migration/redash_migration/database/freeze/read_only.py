"""The setting that makes a database read-only: how it stands, set, and as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import errors, sql

from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import FenceNotHeld
from redash_migration.failure_text import words

_SETTING = "default_transaction_read_only"


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


def _database_setting(connection: Connection) -> str | None:
    row = connection.execute(
        "SELECT split_part(c, '=', 2) FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c"
        " WHERE s.setrole = 0 AND split_part(c, '=', 1) = %s AND s.setdatabase ="
        " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        [_SETTING],
    ).fetchone()
    return None if row is None else str(row[0])


def make_read_only(connection: Connection, role: str = "") -> None:
    """For sessions that begin from now on: the database's, or a role's in it."""
    _set(connection, sql.SQL("on"), role)


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
