"""A schema that somebody alters after it was planned for is noticed, and what of it is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import sql

from redash_migration.database.schema.drift import CHECK, FACT, drift
from redash_migration.database.schema.emptied import note_files
from redash_migration.database.schema.outline import Outline, changes, read_outline
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.errors import SchemaChanged
from redash_migration.plan import TablePlan
from redash_migration.record import Record
from rehearsal.postgres import programs, run

MIGRATION = "redash-20261123-013005"
PREPARED = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE kept (id serial PRIMARY KEY, name text DEFAULT 'x', mood mood, CHECK (id > 0));
CREATE INDEX kept_name ON kept (name);
CREATE VIEW seen AS SELECT id FROM kept;
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watches BEFORE INSERT ON kept FOR EACH ROW EXECUTE FUNCTION watch();
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM kept;
CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.simple);
CREATE TABLE parent (k int) PARTITION BY LIST (k); CREATE TABLE loose (k int);
CREATE TABLE heir () INHERITS (kept);
"""


ALTERED = {
    # statement: what must be said of it
    "CREATE TABLE made (id int)": "table public.made is new",
    "DROP VIEW seen": "view public.seen is gone",
    "ALTER TABLE kept ADD COLUMN late int": "table public.kept has changed",
    "ALTER TABLE kept ALTER COLUMN name TYPE varchar(9)": "table public.kept has changed",
    "ALTER TABLE kept ALTER COLUMN name SET DEFAULT 'y'": "table public.kept has changed",
    "ALTER TABLE kept ALTER COLUMN name SET NOT NULL": "table public.kept has changed",
    "ALTER TABLE kept ALTER COLUMN name SET STATISTICS 9": "table public.kept has changed",
    "ALTER TABLE kept ALTER COLUMN name SET STORAGE PLAIN": "table public.kept has changed",
    "ALTER TABLE kept SET (fillfactor = 50)": "table public.kept has changed",
    "ALTER TABLE kept SET UNLOGGED": "table public.kept has changed",
    "ALTER TABLE kept REPLICA IDENTITY FULL": "table public.kept has changed",
    "ALTER TABLE kept CLUSTER ON kept_name": "index public.kept_name has changed",
    "ALTER TABLE kept ENABLE ROW LEVEL SECURITY": "table public.kept has changed",
    "CREATE POLICY p ON kept USING (id > 0)": "policy p on public.kept is new",
    "ALTER TABLE kept DISABLE TRIGGER watches": "trigger watches on public.kept has changed",
    "CREATE RULE r AS ON INSERT TO seen DO INSTEAD NOTHING": "view public.seen has changed",
    "ALTER VIEW seen SET (security_barrier)": "view public.seen has changed",
    "DROP INDEX kept_name": "index public.kept_name is gone",
    "ALTER TABLE kept DROP CONSTRAINT kept_id_check": "kept_id_check on public.kept is gone",
    "ALTER TABLE kept RENAME TO other": "table public.other is new",
    "ALTER TYPE mood ADD VALUE 'so so'": "type public.mood has changed",
    "ALTER SEQUENCE kept_id_seq MAXVALUE 9": "sequence public.kept_id_seq has changed",
    "ALTER SEQUENCE kept_id_seq OWNED BY NONE": "sequence public.kept_id_seq has changed",
    "CREATE OR REPLACE VIEW seen AS SELECT id + 1 AS id FROM kept": "view public.seen has changed",
    "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2'": (
        "function public.one() has changed"
    ),
    "ALTER FUNCTION one() STABLE": "function public.one() has changed",
    "ALTER FUNCTION one() SET work_mem = '1MB'": "function public.one() has changed",
    "ALTER FUNCTION one() SECURITY DEFINER": "function public.one() has changed",
    "ALTER FUNCTION one() COST 7": "function public.one() has changed",
    "CREATE SCHEMA s": "schema s is new",
    "CREATE DOMAIN d AS text": "type public.d is new",
    "CREATE TYPE pair AS (a int)": "type public.pair is new",
    "CREATE TYPE span AS RANGE (subtype = int)": "type public.span is new",
    "CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int)": "aggregate public.total(int",
    "CREATE CAST (mood AS int) WITH INOUT": "cast (public.mood AS integer) is new",
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)": "operator public.===",
    "CREATE OPERATOR FAMILY f USING btree": "operator family public.f USING btree is new",
    'CREATE COLLATION c FROM "C"': "collation public.c is new",
    "CREATE CONVERSION v FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8": "conversion public.v",
    "CREATE TEXT SEARCH CONFIGURATION t (COPY = simple)": "text search configuration public.t",
    "ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR word": (
        "text search configuration public.words has changed"
    ),
    "CREATE TEXT SEARCH DICTIONARY y (TEMPLATE = simple)": "text search dictionary public.y",
    "CREATE STATISTICS st ON id, name FROM kept": "statistics object public.st is new",
    "COMMENT ON TABLE kept IS 'said'": "table public.kept has changed",
    "COMMENT ON COLUMN kept.name IS 'said'": "table public.kept has changed",
    "COMMENT ON FUNCTION one() IS 'said'": "function public.one() has changed",
    "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()": "event trigger e is new",
    "CREATE FOREIGN DATA WRAPPER w": "foreign-data wrapper w is new",
    "ALTER TABLE parent ATTACH PARTITION loose FOR VALUES IN (2)": "table public.loose has changed",
    "ALTER TABLE heir NO INHERIT kept": "table public.heir has changed",
    "SELECT lo_create(0)": "large object",
}


@pytest.mark.parametrize("statement", ALTERED)
def test_what_somebody_altered_is_named(
    source_database: DatabaseAddress, make_record: Callable[[str], Record], statement: str
) -> None:
    """And pg_dump agrees that something was: the digest leaves out nothing that it prints."""
    record = make_record(MIGRATION)
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute(PREPARED.encode())
        before = dumped(source_database)
        record.put_fact(FACT, read_outline(session).to_json())
        assert drift(record, session) is None
        session.execute(statement.encode())
        trouble = drift(record, session)
    assert dumped(source_database) != before or "lo_create" in statement
    assert isinstance(trouble, SchemaChanged)
    assert ALTERED[statement] in str(trouble)
    check = next(check for check in record.checks.all() if check.id == CHECK)
    assert (check.status, ALTERED[statement] in check.detail) == ("FAIL", True)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["TRUNCATE kept CASCADE"], True),
        (["TRUNCATE kept RESTART IDENTITY", "INSERT INTO kept (name) VALUES ('new')"], True),
        (["VACUUM FULL kept"], False),
        (["UPDATE kept SET name = 'new' WHERE id < 30", "VACUUM FULL kept"], False),
        (["UPDATE kept SET name = 'new'", "VACUUM FULL kept"], False),
        (["DELETE FROM kept", "VACUUM FULL kept"], False),
        (["DELETE FROM kept"], False),
    ],
)
def test_a_replicated_table_that_was_emptied_by_truncate_is_named(
    source_database: DatabaseAddress,
    make_record: Callable[[str], Record],
    statements: list[str],
    told: bool,
) -> None:
    record = make_record(MIGRATION)
    planned = [TablePlan("public", "kept", "dms", 40, 0, 0, 0, ("id",), ())]
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute(PREPARED.encode())
        session.execute("INSERT INTO kept (name) SELECT 'x' FROM generate_series(1, 40)")
        record.put_fact(FACT, read_outline(session).to_json())
        note_files(record, session, planned)
    with connect(source_database, purpose="test", read_only=False) as session:
        for statement in statements:
            session.execute(statement.encode())
    with connect(source_database, purpose="test") as session:
        trouble = drift(record, session)
    assert ("public.kept was emptied by TRUNCATE" in str(trouble)) is told


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO kept (name) VALUES ('row'); ANALYZE kept",
        "VACUUM FULL kept",
        "VACUUM FREEZE kept",
        "CLUSTER kept USING kept_pkey; ALTER TABLE kept SET WITHOUT CLUSTER",
        "TRUNCATE kept",
        "SELECT setval('kept_id_seq', 900)",
        "REINDEX TABLE kept",
        "REINDEX TABLE CONCURRENTLY kept",
        "REFRESH MATERIALIZED VIEW counted",
        "CREATE TEMPORARY TABLE passing (id int PRIMARY KEY, w text DEFAULT 'x')",
        "CREATE SCHEMA redash_migration; CREATE TABLE redash_migration.canary"
        " (id serial PRIMARY KEY CHECK (id > 0))",
        "CREATE TABLE awsdms_ddl_audit (c_key bigserial PRIMARY KEY, t text DEFAULT 'x')",
        "GRANT SELECT ON kept TO PUBLIC; REVOKE ALL ON FUNCTION one() FROM PUBLIC",
        "CREATE PUBLICATION p FOR TABLE kept",
        "ALTER DATABASE {} SET default_transaction_read_only = on",
    ],
)
def test_what_is_no_change_of_the_schema(source_database: DatabaseAddress, statement: str) -> None:
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute(PREPARED.encode())
        session.execute("ALTER TABLE kept ADD quick int DEFAULT 7")
        before = read_outline(session)
        for part in statement.format(source_database.dbname).split(";"):
            session.execute(part.encode())
        # Found by generated sources: sessions print the very same rows of catalogs otherwise.
        session.execute(
            "SET bytea_output = escape; SET search_path = public; SET datestyle = German"
        )
        assert changes(before, read_outline(session)) == []


def dumped(address: DatabaseAddress) -> str:
    """The schema as the server's own pg_dump prints it, less the line that differs each time."""
    text = run(
        programs("source"),
        "pg_dump",
        *("--schema-only", "--no-owner", "--no-acl", "--no-publications"),
        environment=address.environment(),
    )
    return "\n".join(line for line in text.splitlines() if "restrict" not in line)


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
