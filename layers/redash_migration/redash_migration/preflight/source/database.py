"""What the migration needs of the old database itself: new enough, open to writes, counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from redash_migration.database.freeze import read_only
from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import Question, one
from redash_migration.record import Check

OLDEST_VERSION = 13


def version(connection: Connection) -> Iterable[Check]:
    """Is the server new enough?"""
    major = connection.info.server_version // 10000
    if major >= OLDEST_VERSION:
        yield Check("source.version", "PASS", f"PostgreSQL {major}")
    else:
        yield Check(
            "source.version",
            "FAIL",
            f"PostgreSQL {major} is older than {OLDEST_VERSION}",
            "Upgrade the old database first (pg_upgrade, or dump and restore).",
        )


def not_fenced(connection: Connection) -> Iterable[Check]:
    """Does the old database take writes, and is it no standby?"""
    database = connection.info.dbname
    if read_only.laid(connection):
        yield Check(
            "source.writable",
            "FAIL",
            f"{database} is set to read-only, perhaps by a migration that has ended",
            f'ALTER DATABASE "{database}" RESET default_transaction_read_only;',
        )
    elif one(connection, "SELECT pg_is_in_recovery()"):
        yield Check(
            "source.writable", "FAIL", "the server is a standby", "Name the primary in the secret."
        )
    else:
        yield Check("source.writable", "PASS", f"{database} takes writes")


def own_schema(connection: Connection) -> Iterable[Check]:
    """The canary lives in a schema of our own on the source."""
    database, who = connection.info.dbname, connection.info.user
    if one(connection, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        yield Check("source.own_schema", "PASS", "a schema for the canary may be made")
    else:
        yield Check(
            "source.own_schema",
            "FAIL",
            f"{who} may not create a schema for the canary in {database}",
            f'GRANT CREATE ON DATABASE "{database}" TO "{who}";',
        )


def counters(connection: Connection) -> Iterable[Check]:
    """Does the server count rows? The last look before the switch goes by that."""
    if one(connection, "SHOW track_counts") == "on":
        yield Check("source.counters", "PASS", "written rows are counted")
    else:
        yield Check(
            "source.counters",
            "FAIL",
            "track_counts is off: a row written behind the fence would not be noticed",
            "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf(); it may also be set for"
            " the database or the role.",
        )


QUESTIONS: Mapping[str, Question] = {
    "source.writable": not_fenced,
    "source.own_schema": own_schema,
    "source.counters": counters,
}
