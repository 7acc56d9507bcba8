"""What the application's role may do on the target."""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.errors import SchemaNotCopied

_SCHEMAS = """
SELECT nspname FROM pg_catalog.pg_namespace
WHERE nspname NOT LIKE 'pg\\_%%' AND nspname <> 'information_schema' AND nspname <> ALL (%s)
"""


def grant_application(connection: Connection, role: str) -> None:
    """Rights on schemas, tables and sequences, also on those made later; safe to repeat.

    USAGE on sequences is the one that is easily forgotten: without it every INSERT fails.
    Nothing is done when the role is the one that made the objects. Raises SchemaNotCopied when
    there is no such role.
    """
    row = connection.execute(
        "SELECT rolname = current_user FROM pg_catalog.pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    if row is None:
        raise SchemaNotCopied(
            f"the application's role {role} is not on the target: CREATE ROLE it there, or leave "
            "ApplicationDatabaseRole empty"
        )
    if row[0]:
        return
    grantee = sql.Identifier(role)
    for (schema,) in connection.execute(_SCHEMAS, [OWN_SCHEMAS]).fetchall():
        for rights in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
            " ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA {schema} TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
            " GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role}",
        ):
            connection.execute(sql.SQL(rights).format(schema=sql.Identifier(schema), role=grantee))
