"""A schema that somebody alters after it was planned for is noticed, and what of it is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import sql

from redash_migration.database.schema.drift import (
    CHECK,
    FACT,
    Outline,
    changes,
    drift,
    read_outline,
)
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.errors import SchemaChanged
from redash_migration.record import Record

MIGRATION = "redash-20261123-013005"
PREPARED = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE kept (id serial PRIMARY KEY, name text DEFAULT 'x', mood mood, CHECK (id > 0));
CREATE INDEX kept_name ON kept (name);
CREATE VIEW seen AS SELECT id FROM kept;
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
"""


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE TABLE made (id int)", "table public.made is new"),
        ("DROP VIEW seen", "view public.seen is gone"),
        ("ALTER TABLE kept ADD COLUMN late int", "table public.kept has changed"),
        ("ALTER TABLE kept ALTER COLUMN name TYPE varchar(9)", "table public.kept has changed"),
        ("ALTER TABLE kept ALTER COLUMN name SET DEFAULT 'y'", "table public.kept has changed"),
        ("ALTER TABLE kept ALTER COLUMN name SET NOT NULL", "table public.kept has changed"),
        ("DROP INDEX kept_name", "table public.kept has changed"),
        ("ALTER TABLE kept DROP CONSTRAINT kept_id_check", "table public.kept has changed"),
        ("ALTER TABLE kept RENAME TO other", "table public.other is new"),
        ("ALTER TYPE mood ADD VALUE 'so so'", "type public.mood has changed"),
        ("ALTER SEQUENCE kept_id_seq MAXVALUE 9", "sequence public.kept_id_seq has changed"),
        ("CREATE OR REPLACE VIEW seen AS SELECT id + 1 AS id FROM kept", "view public.seen"),
        (
            "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
            "function public.one() has changed",
        ),
        ("CREATE SCHEMA s; CREATE DOMAIN s.d AS text", "type s.d is new"),
    ],
)
def test_what_somebody_altered_is_named(
    source_database: DatabaseAddress,
    make_record: Callable[[str], Record],
    statement: str,
    found: str,
) -> None:
    record = make_record(MIGRATION)
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute(PREPARED.encode())
        record.put_fact(FACT, read_outline(session).to_json())
        assert drift(record, session) is None
        session.execute(statement.encode())
        trouble = drift(record, session)
    assert isinstance(trouble, SchemaChanged)
    assert found in str(trouble)
    check = next(check for check in record.checks.all() if check.id == CHECK)
    assert (check.status, found in check.detail) == ("FAIL", True)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO kept (name) VALUES ('row'); ANALYZE kept",
        "SELECT setval('kept_id_seq', 900)",
        "REINDEX TABLE kept",
        "CREATE TEMPORARY TABLE passing (id int)",
        "CREATE SCHEMA redash_migration; CREATE TABLE redash_migration.canary (id int)",
        "CREATE TABLE awsdms_ddl_audit (c_key bigserial PRIMARY KEY)",
        "COMMENT ON TABLE kept IS 'said'; GRANT SELECT ON kept TO PUBLIC",
        "ALTER TABLE kept REPLICA IDENTITY FULL",
    ],
)
def test_what_is_no_change_of_the_schema(source_database: DatabaseAddress, statement: str) -> None:
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute(PREPARED.encode())
        before = read_outline(session)
        session.execute(statement.encode())
        assert changes(before, read_outline(session)) == []


def test_an_extension_is_one_object_whatever_it_brings(source_database: DatabaseAddress) -> None:
    with connect(source_database, purpose="test", read_only=False) as session:
        [(name,)] = session.execute(
            "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL LIMIT 1"
        ).fetchall()
        before = read_outline(session)
        session.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        assert changes(before, read_outline(session)) == [f"extension {name} is new"]


def test_a_change_among_very_many_objects_is_seen_though_not_named() -> None:
    before = Outline("a", {f"table public.t{number}": "1" for number in range(3000)})
    kept = before.to_json()
    assert kept == {"digest": "a", "objects": {}}
    assert changes(Outline(**kept), Outline("b", {})) == ["something was made, changed or dropped"]
    assert changes(Outline(**kept), before) == []
