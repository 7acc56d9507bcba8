"""The migration's role sees what a superuser's pg_dump would see, or the preflight says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from redash_migration.database.copying.restore import restore
from redash_migration.database.schema.left_behind import left_behind, script
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.preflight.source.visibility import (
    extension_rows,
    left_behind_named,
    policies_beyond,
    readable,
)
from redash_migration.record import Check

Rows = Callable[..., list[tuple[Any, ...]]]
MakeRole = Callable[..., tuple[str, str]]

QUERIES = """
CREATE TABLE queries (id serial PRIMARY KEY, name text);
INSERT INTO queries (name) SELECT n::text FROM generate_series(1, 100) n;
"""


def reader(address: DatabaseAddress, make_role: MakeRole, rows: Rows) -> DatabaseAddress:
    """A role that may read everything in public, and is neither owner nor superuser."""
    name, password = make_role("source")
    for grant in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
    ):
        rows(address, sql.SQL(grant).format(sql.Identifier(name)).as_string())
    return address.as_role(name, password)


def answers(address: DatabaseAddress) -> dict[str, Check]:
    with connect(address, purpose="test") as session:
        return {check.id: check for check in readable(session)}


def test_a_policy_that_hides_rows_is_refused_and_no_session_reads_past_it(
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    make_role: MakeRole,
    rows: Rows,
) -> None:
    rows(source_database, QUERIES)
    rows(target_database, "CREATE TABLE queries (id serial PRIMARY KEY, name text)")
    plain = reader(source_database, make_role, rows)
    assert {name: check.status for name, check in answers(plain).items()} == {
        "source.readable": "PASS",
        "source.row_security": "PASS",
    }
    rows(
        source_database,
        "ALTER TABLE queries ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON queries USING (id % 10 = 0)",
    )
    found = answers(plain)["source.row_security"]
    assert (found.status, "public.queries" in found.detail) == ("FAIL", True)
    assert "BYPASSRLS" in found.remedy
    # Ten of a hundred rows were carried, and compared as equal.
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        restore(plain, target_database, "public", "queries", KeyRange())
    assert answers(source_database)["source.row_security"].status == "PASS"


@pytest.mark.parametrize(
    ("hidden", "what"),
    [
        ("CREATE TABLE later (id int)", "public.later"),
        ("CREATE SCHEMA closed; CREATE TABLE closed.t (id int)", "closed.t"),
        ("CREATE SEQUENCE alone", "public.alone"),
        ("CREATE TABLE p (id int) PARTITION BY RANGE (id)", "public.p"),
        ("CREATE UNLOGGED TABLE u (id int)", "public.u"),
        (
            "CREATE TABLE columns_only (a int, b int); GRANT SELECT (a) ON columns_only TO PUBLIC",
            "public.columns_only",
        ),
        ("CREATE TABLE awsdms_mine (id int)", "public.awsdms_mine"),
    ],
)
def test_whatever_it_may_not_read_is_named(
    source_database: DatabaseAddress, make_role: MakeRole, rows: Rows, hidden: str, what: str
) -> None:
    rows(source_database, QUERIES)
    plain = reader(source_database, make_role, rows)
    rows(source_database, hidden)
    found = answers(plain)["source.readable"]
    assert found.status == "FAIL"
    assert what in found.detail
    assert "public.queries" not in found.detail


@pytest.mark.parametrize(
    ("life", "status"),
    [
        ("SELECT 1", "PASS"),
        ("INSERT INTO config VALUES (1, false)", "FAIL"),
        ("INSERT INTO config VALUES (1, true)", "PASS"),
        ("INSERT INTO plain VALUES (1)", "WARN"),
        ("SELECT nextval('counter')", "FAIL"),
    ],
)
def test_rows_of_extensions_are_told(
    source_database: DatabaseAddress, rows: Rows, life: str, status: str
) -> None:
    rows(
        source_database,
        "CREATE TABLE config (id int, own boolean);"
        "CREATE TABLE plain (id int); CREATE SEQUENCE counter;"
        "ALTER EXTENSION plpgsql ADD TABLE config; ALTER EXTENSION plpgsql ADD TABLE plain;"
        "ALTER EXTENSION plpgsql ADD SEQUENCE counter;"
        # As pg_extension_config_dump() does it, which only an extension's script may call.
        "UPDATE pg_extension SET extconfig = ARRAY['config'::regclass, 'counter'::regclass]::oid[],"
        " extcondition = ARRAY['WHERE NOT own', ''] WHERE extname = 'plpgsql'",
    )
    rows(source_database, life)
    with connect(source_database, purpose="test") as session:
        [check] = extension_rows(session)
    assert check.status == status


def test_what_lives_beside_the_schema_is_named_with_statements_that_bring_it(
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    make_role: MakeRole,
    rows: Rows,
) -> None:
    role, _ = make_role("source", "LOGIN")
    group, _ = make_role("source", "NOLOGIN")
    above, _ = make_role("source", "NOLOGIN")
    member, _ = make_role("source", "LOGIN BYPASSRLS CONNECTION LIMIT 3")
    roles = f"{role}, {group}, {above}, {member}"
    schema = (
        "CREATE TABLE alembic_version (version_num text); CREATE VIEW w AS SELECT 1 AS one;"
        "CREATE TABLE t (id int PRIMARY KEY, b text); CREATE SEQUENCE s;"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE m AS ENUM ('a');"
        "CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;"
        "CREATE MATERIALIZED VIEW zz AS SELECT 1 AS one WITH NO DATA;"
        "CREATE VIEW between_them AS SELECT * FROM zz;"
        "CREATE MATERIALIZED VIEW aa AS SELECT * FROM between_them WITH NO DATA;"
        "CREATE FUNCTION hidden() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.aa';"
        "CREATE MATERIALIZED VIEW a0 AS SELECT hidden() WITH NO DATA;"
    )
    rows(source_database, schema)
    with connect(source_database, purpose="test") as session:
        assert left_behind(session) == []
        [check] = left_behind_named(session)
        assert check.status == "PASS"
    database = source_database.dbname
    life = f"""
    GRANT {group} TO {role}; GRANT SELECT, INSERT ON t TO {role};
    GRANT UPDATE (b) ON t TO {group} WITH GRANT OPTION; GRANT USAGE ON SEQUENCE s TO {role};
    REVOKE ALL ON FUNCTION f() FROM PUBLIC; REVOKE ALL ON TYPE m FROM PUBLIC;
    REVOKE CONNECT ON DATABASE {database} FROM PUBLIC; GRANT CREATE ON SCHEMA public TO {role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {group};
    ALTER DATABASE {database} SET timezone = 'Asia/Tokyo';
    ALTER DATABASE {database} SET search_path = 'a', 'b c';
    ALTER ROLE {role} IN DATABASE {database} SET default_text_search_config = 'simple';
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO {group} WITH GRANT OPTION;
    GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {role};
    COMMENT ON DATABASE {database} IS 'it''s'; COMMENT ON ROLE {member} IS 'it''s';
    CREATE PUBLICATION p FOR TABLE t;
    CREATE PUBLICATION q FOR TABLE t (id) WHERE (id > 5) WITH (publish = 'insert');
    CREATE PUBLICATION r FOR TABLES IN SCHEMA public;
    GRANT {above} TO {group}; GRANT {group} TO {member} WITH ADMIN OPTION;
    REFRESH MATERIALIZED VIEW zz; REFRESH MATERIALIZED VIEW aa; REFRESH MATERIALIZED VIEW a0;
    ALTER VIEW w OWNER TO {member};
    """  # noqa: S608
    rows(source_database, life)
    try:
        with connect(source_database, purpose="test") as session:
            found = left_behind(session)
            [check] = left_behind_named(session)
        assert check.status == "WARN"
        for kind in ("roles", "rights", "rights that are narrowed", "settings", "publications"):
            assert kind in check.detail
        assert script(found).count("\n-- ") >= 7
        # Run on another database, they make it what the first one is.
        rows(target_database, schema)
        here = target_database.dbname
        for each in found:
            # As psql, which the script is for, reads it.
            rows(target_database, each.statement.replace(':"DBNAME"', here))
        with connect(target_database, purpose="test") as session:
            again = left_behind(session)
        assert {e.statement for e in again} == {e.statement for e in found}
        assert f"COMMENT ON ROLE {member} IS 'it''s';" in {e.statement for e in again}
    finally:
        rows(target_database, f"DROP OWNED BY {roles}; DROP ROLE {roles}")
        rows(source_database, f"DROP OWNED BY {roles}")


def test_labels_of_the_database_are_told(source_database: DatabaseAddress, rows: Rows) -> None:
    # As a provider's module writes it; the dump holds what is said of tables.
    rows(
        source_database,
        "SET allow_system_table_mods = on; INSERT INTO pg_shseclabel SELECT oid,"
        " 'pg_database'::regclass, 'selinux', 'it''s' FROM pg_database"
        " WHERE datname = current_database()",
    )
    with connect(source_database, purpose="test") as session:
        [label] = left_behind(session)
    assert label.statement == ("-- SECURITY LABEL FOR selinux ON DATABASE :\"DBNAME\" IS 'it''s';")


def test_policies_for_roles_that_the_target_lacks_are_refused(
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    make_role: MakeRole,
    rows: Rows,
) -> None:
    role, _ = make_role("source")
    rows(source_database, QUERIES)
    rows(
        source_database,
        "ALTER TABLE queries ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY p ON queries TO {role} USING (true)",
    )
    with (
        connect(source_database, purpose="test") as old,
        connect(target_database, purpose="test") as new,
    ):
        found = policies_beyond(old, new, "")
        assert (found.status, role in found.detail) == ("FAIL", True)
        # It comes along where row security is off, too.
        rows(source_database, "ALTER TABLE queries DISABLE ROW LEVEL SECURITY")
        assert policies_beyond(old, new, "").status == "FAIL"
        rows(source_database, "ALTER TABLE queries ENABLE ROW LEVEL SECURITY")
        rows(source_database, "ALTER POLICY p ON queries TO PUBLIC")
        assert policies_beyond(old, new, "").status == "PASS"
        other, _ = make_role("target")
        assert policies_beyond(old, new, other).status == "WARN"
        rows(source_database, "ALTER TABLE queries FORCE ROW LEVEL SECURITY")
        assert policies_beyond(old, new, "").status == "PASS"  # a superuser
