"""Is the new database empty, open to us, and set as an application's database should be?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from psycopg import errors

from redash_migration.database.schema import progress
from redash_migration.database.schema.contents import contents, has_rows
from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import Question, listed, names, one
from redash_migration.record import Check


def writable(connection: Connection) -> Iterable[Check]:
    """May the migration make its tables there?"""
    if one(connection, "SELECT pg_is_in_recovery()"):
        yield Check(
            "target.writable", "FAIL", "the server is a replica", "Name the writer's endpoint."
        )
    elif not one(
        connection,
        "SELECT has_database_privilege(current_database(), 'CREATE')"
        " AND has_schema_privilege('public', 'CREATE')",
    ):
        who, where = connection.info.user, connection.info.dbname
        yield Check(
            "target.writable",
            "FAIL",
            f"{who} may not create schemas and tables in {where}",
            f'GRANT CREATE ON DATABASE "{where}" TO "{who}"; GRANT CREATE ON SCHEMA public TO'
            f' "{who}";',
        )
    else:
        yield Check("target.writable", "PASS", "schemas and tables may be made")


def is_empty(connection: Connection, migration_id: str) -> Iterable[Check]:
    """Is it empty, or does it hold what this migration has put there?"""
    if progress.begun(connection, migration_id):
        yield Check("target.empty", "PASS", "holds what this migration put there")
        return
    found = contents(connection)
    if not found:
        yield Check("target.empty", "PASS", "nothing of anybody's is in it")
        return
    filled = [str(item) for item in found if item.table and has_rows(connection, item)]
    earlier = progress.earlier_migrations(connection, migration_id)
    detail = f"it holds {listed([str(item) for item in found], 5)}"
    if filled:
        detail += f"; rows in {listed(filled, 5)}"
    if earlier:
        detail += f"; left by {listed(earlier)}"
    yield Check(
        "target.empty",
        "FAIL",
        detail,
        "Stop the new Redash and give the migration an empty database: DROP DATABASE and CREATE"
        " DATABASE it, or for each schema in it DROP SCHEMA ... CASCADE and CREATE SCHEMA public.",
    )


def application_role(connection: Connection, role: str) -> Iterable[Check]:
    """Is the role there that the new Redash logs in with?"""
    name = role or connection.info.user
    can_login = one(
        connection, "SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE rolname = %s", name
    )
    if can_login is None:
        yield Check(
            "target.application_role",
            "FAIL",
            f"there is no role {name}",
            f"CREATE ROLE \"{name}\" LOGIN PASSWORD '...';",
        )
    elif not can_login:
        yield Check(
            "target.application_role",
            "FAIL",
            f"{name} may not log in",
            f'ALTER ROLE "{name}" LOGIN;',
        )
    else:
        yield Check("target.application_role", "PASS", f"{name} may log in")


def replication_role(connection: Connection, role: str) -> Iterable[Check]:
    """Left at replica, foreign keys and triggers are off for the application too."""
    name = "target.session_replication_role"
    value = one(connection, "SHOW session_replication_role")
    settings = names(
        connection,
        "SELECT format('%%s: %%s', CASE WHEN s.setrole = 0 THEN 'the database'"
        " ELSE s.setrole::regrole::text END, c)"
        " FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c"
        " WHERE split_part(c, '=', 1) = 'session_replication_role'"
        " AND split_part(c, '=', 2) <> 'origin'"
        " AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = current_database()))"
        " AND (s.setrole = 0 OR s.setrole = (SELECT oid FROM pg_catalog.pg_roles"
        " WHERE rolname = %s))",
        role or connection.info.user,
    )
    if settings:
        yield Check(
            name,
            "FAIL",
            f"set for {listed(settings)}",
            "ALTER ROLE or ALTER DATABASE ... RESET session_replication_role.",
        )
    elif value != "origin":
        yield Check(
            name,
            "FAIL",
            f"a new session begins with {value}: foreign keys and triggers would be off",
            "Set session_replication_role to origin in the parameter group.",
        )
    else:
        yield Check(name, "PASS", "origin")


def may_replicate(connection: Connection) -> Iterable[Check]:
    """DMS's sessions, and ours that restore, switch triggers off for themselves."""
    name = "target.may_set_replication_role"
    try:
        connection.execute("SET session_replication_role = replica")
        connection.execute("RESET session_replication_role")
    except errors.InsufficientPrivilege:
        who = connection.info.user
        yield Check(
            name,
            "FAIL",
            f"{who} may not set session_replication_role",
            f'GRANT rds_superuser TO "{who}"; or GRANT SET ON PARAMETER session_replication_role'
            f' TO "{who}";',
        )
    else:
        yield Check(name, "PASS", "triggers can be kept quiet while rows are loaded")


def temporary_tables(connection: Connection) -> Iterable[Check]:
    """Differences are worked out in temporary tables on the target."""
    name, who = "target.temporary_tables", connection.info.user
    if one(connection, "SELECT has_database_privilege(current_database(), 'TEMP')"):
        yield Check(name, "PASS", "temporary tables may be made")
    else:
        yield Check(
            name,
            "FAIL",
            f"{who} may make no temporary tables",
            f'GRANT TEMPORARY ON DATABASE "{connection.info.dbname}" TO "{who}";',
        )


def questions(migration_id: str, role: str) -> Mapping[str, Question]:
    """The target's questions for a migration and the application's role ("": our own)."""
    return {
        "target.writable": writable,
        "target.empty": partial(is_empty, migration_id=migration_id),
        "target.application_role": partial(application_role, role=role),
        "target.session_replication_role": partial(replication_role, role=role),
        "target.may_set_replication_role": may_replicate,
        "target.temporary_tables": temporary_tables,
    }
