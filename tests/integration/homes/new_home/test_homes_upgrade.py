"""What docs/deploy.md says of upgrading Redash afterwards, done with its own words."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from redash_migration.database.schema.grants import grant_application
from redash_migration.database.session.address import DatabaseAddress

DEPLOY = Path(__file__).parents[4] / "docs" / "deploy.md"
UPGRADE = "ALTER TABLE users ADD COLUMN added_by_an_upgrade integer"
"""What ``manage.py db upgrade`` does: it alters tables as Redash's own role."""


def test_redash_s_role_upgrades_once_the_tables_are_its_own(
    redash_database: DatabaseAddress,
) -> None:
    (block,) = re.findall(r"```sql\n(GRANT .*?)```", DEPLOY.read_text(encoding="utf-8"), re.DOTALL)
    maker, redash = f"maker_{redash_database.dbname}", f"app_{redash_database.dbname}"
    administrator = as_role(redash_database)
    with psycopg.connect(administrator, autocommit=True) as session:
        for role, more in ((maker, "CREATEROLE"), (redash, "")):
            statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p' {}")
            session.execute(statement.format(sql.Identifier(role), sql.SQL(more)))
        # As the migration leaves it: everything belongs to the user of the target's secret, who
        # may hand membership of Redash's role on, as RDS' master user may.
        session.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(redash)))
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (name,) in session.execute(tables).fetchall():
            statement = sql.SQL("ALTER TABLE public.{} OWNER TO {}")
            session.execute(statement.format(sql.Identifier(name), sql.Identifier(maker)))
        statement = sql.SQL("GRANT {} TO {} WITH ADMIN OPTION")
        session.execute(statement.format(sql.Identifier(redash), sql.Identifier(maker)))
    try:
        with psycopg.connect(as_role(redash_database, maker), autocommit=True) as session:
            grant_application(session, redash)
        with (
            psycopg.connect(as_role(redash_database, redash), autocommit=True) as session,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"),
        ):
            session.execute(UPGRADE)
        with psycopg.connect(as_role(redash_database, maker), autocommit=True) as session:
            for line in re.sub("--.*", "", block).split(";"):
                statement_text = re.sub(r"\bredash\b", f'"{redash}"', line).strip()
                if statement_text:
                    session.execute(statement_text.encode())
        with psycopg.connect(as_role(redash_database, redash), autocommit=True) as session:
            session.execute(UPGRADE)
            session.execute("UPDATE users SET added_by_an_upgrade = 1")
            session.execute("CREATE TABLE made_by_an_upgrade (id serial PRIMARY KEY)")
    finally:
        with psycopg.connect(administrator, autocommit=True) as session:
            for role in (maker, redash):
                session.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
            for role in (maker, redash):
                session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def as_role(address: DatabaseAddress, role: str = "") -> str:
    """Where to connect, as a role of this test's or as the address says."""
    parameters = {name: str(value) for name, value in address.parameters().items()}
    own = {"user": role, "password": "p"} if role else {}
    return psycopg.conninfo.make_conninfo("", **{**parameters, **own})
