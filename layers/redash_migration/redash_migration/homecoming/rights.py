"""What the migration's role lacks on the old side to bring rows home.

A return writes there what FenceSource and the restore write on the new side: every table and
sequence, with triggers silent, by way of temporary tables.
"""

from __future__ import annotations

from psycopg import errors

from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection

SHOWN = 5

_NOT_OURS = """
SELECT c.oid::regclass::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.oid >= 16384 AND n.nspname <> ALL (%s)
  AND n.nspname NOT LIKE 'pg\\_temp%%' AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
ORDER BY 1
"""


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
    may = connection.execute("SELECT has_database_privilege(current_database(), 'TEMP')").fetchone()
    if not may or not may[0]:
        database = connection.info.dbname
        found.append(
            (
                "it may make no temporary tables",
                f'GRANT TEMPORARY ON DATABASE "{database}" TO "{who}"',
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
