"""The way back: what was written on the new side since the switch is carried home, and no more."""

# ruff: noqa: S608 - the statements are made of constants
from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from redash_migration.database.copying.horizons import equal_since, known_horizons, note_equal
from redash_migration.database.copying.pieces import precopy_pieces, restore_pieces
from redash_migration.database.copying.restore import restore
from redash_migration.database.copying.restored import Restored
from redash_migration.database.planning.items import CopyItem
from redash_migration.database.sequences.fix import fix_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import row_hash, scheme_for
from redash_migration.database.tables.shape import read_shape
from redash_migration.database.verification.compare import Part, compare
from redash_migration.record.record import Record

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[object, ...]]]

SCHEMA = """
CREATE TABLE results (id serial PRIMARY KEY, data text);
CREATE TABLE queries (
    id serial PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, latest integer REFERENCES results,
    updated_at timestamptz NOT NULL DEFAULT now(), search_vector tsvector);
CREATE TABLE alerts (id serial PRIMARY KEY, query_id integer NOT NULL REFERENCES queries);
CREATE TABLE notes (v text);
CREATE INDEX ix_search ON queries USING gin (search_vector);
CREATE FUNCTION vector() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.search_vector := to_tsvector('simple', NEW.name); RETURN NEW; END$$;
CREATE TRIGGER vector BEFORE INSERT OR UPDATE ON queries FOR EACH ROW EXECUTE FUNCTION vector();
INSERT INTO results (data) SELECT repeat('x' || n, 30) FROM generate_series(1, 500) n;
INSERT INTO queries (name, latest, updated_at)
    SELECT 'クエリ ' || n, n % 500 + 1, '2026-01-31' FROM generate_series(1, 1000) n;
INSERT INTO alerts (query_id) SELECT n FROM generate_series(1, 20) n;
INSERT INTO notes VALUES ('a'), ('a');
"""
USERS = """
UPDATE queries SET latest = 7 WHERE id = 9;
UPDATE results SET data = repeat('長', 4000000) WHERE id = 3;
INSERT INTO results (data) SELECT 'since' FROM generate_series(1, 40);
INSERT INTO queries (name, latest) SELECT 'new ' || n, 500 + n FROM generate_series(1, 40) n;
UPDATE alerts SET query_id = 1001 WHERE id = 5;
INSERT INTO alerts (query_id) VALUES (1002);
DELETE FROM alerts WHERE id = 6;
DELETE FROM queries WHERE id = 700;
INSERT INTO queries (id, name) VALUES (700, 'the key once more');
UPDATE queries SET name = 'swap' WHERE id = 100;
UPDATE queries SET name = 'クエリ 100' WHERE id = 101;
UPDATE queries SET name = 'クエリ 101' WHERE id = 100;
ALTER TABLE queries DISABLE TRIGGER vector;
UPDATE queries SET search_vector = 'of its own' WHERE id = 50;
ALTER TABLE queries ENABLE TRIGGER vector;
UPDATE notes SET v = 'b';
SELECT nextval('alerts_id_seq');
"""
TABLES = ("results", "queries", "alerts", "notes")
EVERYTHING = KeyRange()


@pytest.fixture
def homes(both: Both, run: Run, record: Record) -> tuple[DatabaseAddress, DatabaseAddress, Record]:
    """Old and new database as they are at the switch, and the return's record."""
    old, new = both(SCHEMA)
    note_equal(record, old, new)
    return old, new, record.of("return")


def item(table: str) -> CopyItem:
    return CopyItem("public", table, 0, 1, EVERYTHING)


def home(old: DatabaseAddress, new: DatabaseAddress, table: str, record: Record) -> Restored:
    [since] = known_horizons([item(table)], record)
    return restore(new, old, "public", table, EVERYTHING, since=since)


def rows(run: Run, address: DatabaseAddress, table: str) -> list[tuple[object, ...]]:
    return run(address, f"SELECT t::text FROM {table} t ORDER BY 1")


def test_what_users_wrote_since_the_switch_is_carried_home_and_nothing_else(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = homes
    run(new, USERS)
    done = {table: home(old, new, table, record) for table in TABLES}
    found = {name: (each.added, each.changed, each.gone) for name, each in done.items()}
    assert found == {
        "results": (40, 1, 0),
        "queries": (40, 5, 0),
        "alerts": (1, 1, 1),
        "notes": (2, 0, 0),
    }
    for table in TABLES:
        assert rows(run, old, table) == rows(run, new, table)
    parts = [Part("public", table) for table in TABLES]
    assert {each.verdict for each in compare(new, old, parts)} == {"equal"}
    # And once more, as after a crash between the commit and the answer.
    assert [home(old, new, table, record).changed for table in TABLES] == [0, 0, 0, 0]
    # search_vector came as it is, and the trigger fires again for the old Redash.
    assert run(old, "SELECT search_vector FROM queries WHERE id = 50") == [("'its' 'of' 'own'",)]
    run(old, "UPDATE queries SET latest = 1 WHERE id = 50")
    assert run(old, "SELECT search_vector FROM queries WHERE id = 50") == [("'50':2 'クエリ':1",)]


def test_only_rows_written_since_the_switch_are_hashed(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = homes
    since = equal_since(record)
    assert since is not None
    assert since.source == equal_since(record.of("forward")).target  # type: ignore[union-attr]
    run(new, "UPDATE results SET data = 'later' WHERE id = 1")
    with closing(open_session(new, purpose="test")) as session:
        shape = read_shape(session, "public", "results")
        hashed = session.execute(
            psycopg.sql.SQL(
                "SELECT count({}) FILTER (WHERE age(t.xmin) <= age({}::text::xid))"
                " FROM public.results t"
            ).format(row_hash(shape, scheme_for(16, 18)), psycopg.sql.Literal(str(since.source)))
        ).fetchone()
    assert hashed == (1,)
    done = home(old, new, "results", record)
    assert (done.changed, done.rows) == (1, 500)


def test_an_early_pass_while_users_write_leaves_the_rest_for_the_pause(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = homes
    run(new, USERS)
    with connect(new, purpose="user", read_only=False, autocommit=False) as user:
        # Not committed when the early pass looks: not to be seen there, and not to be missed later.
        user.execute("UPDATE queries SET latest = 8 WHERE id = 11")
        for table in ("results", "queries", "alerts"):
            precopy_pieces(new, old, [item(table)], record)
        user.commit()
    run(new, "INSERT INTO results (data) VALUES ('late'); DELETE FROM queries WHERE id = 120")
    done = {table: home(old, new, table, record) for table in TABLES}
    found = {name: (each.added, each.changed, each.gone) for name, each in done.items()}
    assert found == {
        "results": (1, 0, 0),
        "queries": (0, 1, 1),
        "alerts": (0, 0, 0),
        "notes": (2, 0, 0),
    }
    for table in TABLES:
        assert rows(run, old, table) == rows(run, new, table)
    ids = [check.id for check in record.checks.all()]
    assert ids == [f"return.precopy.public.{name}" for name in ("alerts", "queries", "results")]


def test_rows_that_the_old_side_wrote_meanwhile_do_not_stay(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    """As after a return that led forward again: what the old Redash did for its smoke test."""
    old, new, record = homes
    run(old, "INSERT INTO results (data) VALUES ('odd'); UPDATE queries SET latest = 2")
    run(new, "INSERT INTO results (data) VALUES ('acknowledged')")
    for table in TABLES:
        home(old, new, table, record)
        assert rows(run, old, table) == rows(run, new, table)


def test_the_old_sequences_are_never_behind(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = homes
    run(new, USERS)
    run(old, "SELECT setval('results_id_seq', 90000)")
    for table in TABLES:
        home(old, new, table, record)
    assert all(each.ok for each in fix_sequences(new, old))
    values = run(
        old,
        "SELECT nextval('results_id_seq'), nextval('queries_id_seq'), nextval('alerts_id_seq')",
    )
    assert values == [(90001, 1041, 23)]


def test_what_fires_in_spite_of_all_is_kept_still_and_fires_again(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    """The old database was in use: a trigger ENABLE ALWAYS stands at work there."""
    old, new, record = homes
    for side in (old, new):
        run(side, "ALTER TABLE queries ENABLE ALWAYS TRIGGER vector")
    run(new, "UPDATE queries SET name = 'later' WHERE id = 9")
    run(new, "ALTER TABLE queries DISABLE TRIGGER vector")
    run(new, "UPDATE queries SET search_vector = 'of its own' WHERE id = 9")
    precopy_pieces(new, old, [item("queries")], record)
    run(new, "UPDATE queries SET search_vector = 'once more' WHERE id = 9")
    restore_pieces(new, old, [item("queries")], record)
    assert rows(run, old, "queries") == rows(run, new, "queries")
    state = "SELECT tgenabled FROM pg_trigger WHERE tgname = 'vector'"
    assert run(old, state) == [("A",)]


def test_a_role_with_a_lock_there_ends_the_return_of_a_table_in_time(
    homes: tuple[DatabaseAddress, DatabaseAddress, Record],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new, record = homes
    monkeypatch.setattr("redash_migration.database.copying.restore.LOCK_TIMEOUT", 1.0)
    run(new, USERS)
    with connect(old, purpose="somebody", read_only=False, autocommit=False) as holding:
        holding.execute("LOCK TABLE queries IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(psycopg.OperationalError):
            home(old, new, "queries", record)
        holding.rollback()
    home(old, new, "queries", record)
    assert rows(run, old, "queries") == rows(run, new, "queries")


def test_a_value_of_which_the_older_server_knows_nothing_is_refused_not_misread(
    both: Both, run: Run
) -> None:
    """PostgreSQL 17 has infinite intervals; to 16 their binary form is a finite one."""
    old, new = both("CREATE TABLE t (id int PRIMARY KEY, v interval, many interval[])")
    with (
        closing(open_session(old, purpose="test")) as one,
        closing(open_session(new, purpose="test")) as other,
    ):
        versions = sorted(side.info.server_version // 10000 for side in (one, other))
    run(new, "INSERT INTO t VALUES (1, '1 month 2 days 03:04:05.000006', '{1 year,NULL}')")
    restore(new, old, "public", "t", EVERYTHING)
    assert run(old, "SELECT t::text FROM t t") == run(new, "SELECT t::text FROM t t")
    run(new, "INSERT INTO t VALUES (2, 'infinity')")
    if versions[0] < 17 <= versions[1]:
        with pytest.raises(psycopg.DataError):
            restore(new, old, "public", "t", EVERYTHING)
        assert run(old, "SELECT count(*) FROM t") == [(1,)]
    else:
        restore(new, old, "public", "t", EVERYTHING)
        assert run(old, "SELECT t::text FROM t t") == run(new, "SELECT t::text FROM t t")
