"""What the migration's role lacks on the old side to bring rows home.

A return writes there what the restore and FixSequences write on the new side: every table and
sequence, with triggers silent, by way of temporary tables. Rows that break a constraint NOT VALID
stand there, but can't be written again: a table without a key is written whole, and of any other
a row in which something else was changed.
"""

from __future__ import annotations

from psycopg import errors, sql

from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.database.tables.key import primary_key_of

SHOWN = 5

_NOT_OURS = """
SELECT c.oid::regclass::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.oid >= 16384 AND n.nspname <> ALL (%s)
  AND n.nspname NOT LIKE 'pg\\_temp%%' AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
ORDER BY 1
"""


_NOT_VALID = f"""
SELECT n.nspname::text, c.relname::text, k.conname::text, pg_catalog.pg_get_expr(k.conbin, c.oid)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND NOT k.convalidated AND c.relkind = 'r'
  AND {primary_key_of("c.oid")} = '{{}}'
UNION ALL
SELECT n.nspname, c.relname, k.conname, NULL
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a ON a.atttypid = k.contypid
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contypid <> 0 AND NOT k.convalidated AND c.relkind = 'r' AND NOT a.attisdropped
ORDER BY 1, 2, 3
"""  # noqa: S608 - made of constants
"""CHECKs of tables without a key, and constraints of domains, which can't be asked of rows."""


def _broken(connection: Connection) -> list[str]:
    """Tables with rows that could not be written again, and what keeps them from it."""
    found = []
    for schema, table, constraint, expression in connection.execute(_NOT_VALID).fetchall():
        rows = sql.SQL("SELECT EXISTS (SELECT FROM ONLY {} WHERE ({}) IS FALSE)").format(
            sql.Identifier(schema, table), sql.SQL(expression or "false")
        )
        row = connection.execute(rows).fetchone()
        if row and row[0]:
            found.append(f"{schema}.{table} ({constraint})")
    return found


def lacking(connection: Connection) -> list[tuple[str, str]]:
    """What the role may not do, and the statement that lets it; empty when nothing is lacking."""
    who, found = connection.info.user, []
    try:
        connection.execute("SET session_replication_role = replica")
        connection.execute("RESET session_replication_role")
    except errors.InsufficientPrivilege:
        found.append(
            (
                "it may not set session_replication_role",
                f'ALTER ROLE "{who}" SUPERUSER; or, from PostgreSQL 15 on, GRANT SET ON PARAMETER'
                f' session_replication_role TO "{who}"',
            )
        )
    role = connection.execute(
        "SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'session_replication_role'"
    ).fetchone()
    if not role or role[0] != "origin":
        found.append(
            (
                f"sessions there begin with session_replication_role {role[0] if role else ''}:"
                " no trigger fires for users",
                "ALTER ROLE or ALTER DATABASE ... RESET session_replication_role",
            )
        )
    may = connection.execute("SELECT has_database_privilege(current_database(), 'TEMP')").fetchone()
    if not may or not may[0]:
        database = connection.info.dbname
        found.append(
            (
                "it may make no temporary tables",
                f'GRANT TEMPORARY ON DATABASE "{database}" TO "{who}"',
            )
        )
    if broken := _broken(connection):
        found.append(
            (
                "rows that break a constraint NOT VALID could not be written again:"
                f" {', '.join(broken[:SHOWN])}",
                "mend these rows and ALTER TABLE or DOMAIN ... VALIDATE CONSTRAINT, or drop it",
            )
        )
    others = [str(name) for (name,) in connection.execute(_NOT_OURS, [OWN_SCHEMAS])]
    if others:
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        found.append(
            (
                f"it has not the rights of the owner of {', '.join(others[:SHOWN])}{more}",
                f'GRANT the owner\'s role TO "{who}"',
            )
        )
    return found
