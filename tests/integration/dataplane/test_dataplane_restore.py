"""Restoring a table: whole, by its differences, in ranges, interrupted, without the privilege."""

# ruff: noqa: S608 - the statements are made of constants
from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from redash_migration.database.copying import indexes
from redash_migration.database.copying.finish import finish
from redash_migration.database.copying.pieces import precopy_pieces
from redash_migration.database.copying.restore import restore
from redash_migration.database.planning.items import CopyItem
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.horizon import Horizons
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.errors import CopyFailed
from redash_migration.record.record import Record

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[object, ...]]]

SCHEMA = """
CREATE TABLE results (id serial PRIMARY KEY);
CREATE TABLE queries (
    id serial PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, query text NOT NULL,
    latest integer REFERENCES results, options jsonb, tags varchar[], search_vector tsvector,
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED);
CREATE TABLE alerts (id serial PRIMARY KEY, query_id integer REFERENCES queries);
CREATE INDEX ix_search ON queries USING gin (search_vector);
CREATE INDEX ix_latest ON queries (latest) WHERE latest > 5;
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.search_vector := 'spoiled'::tsvector; RETURN NEW; END$$;
"""
TRIGGER = """
CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON queries FOR EACH ROW EXECUTE FUNCTION spoil();
"""
ROWS = """
INSERT INTO results SELECT FROM generate_series(1, 50);
INSERT INTO queries (name, query, latest, options, tags, search_vector)
SELECT 'クエリ ' || n, repeat('select ' || n || E'\\n', n % 50), n % 50 + 1, '{"a": 1.0}',
       CASE WHEN n % 3 = 0 THEN ARRAY['x', NULL] END,
       CASE WHEN n % 7 > 0 THEN to_tsvector('simple', 'word' || n || ' クエリ') END
FROM generate_series(1, 2000) n;
DELETE FROM queries WHERE id > 1990;
INSERT INTO alerts (query_id) SELECT n FROM generate_series(1, 20) n;
"""
EVERYTHING = KeyRange()
ALL_ROWS = "SELECT * FROM queries ORDER BY id"


@pytest.fixture
def redash(both: Both, run: Run) -> tuple[DatabaseAddress, DatabaseAddress]:
    """A filled source; a target with results and alerts loaded, queries empty, trigger on."""
    source, target = both(SCHEMA)
    run(source, ROWS)
    run(source, TRIGGER)
    run(
        target,
        "ALTER TABLE alerts DROP CONSTRAINT alerts_query_id_fkey;"
        "INSERT INTO results SELECT FROM generate_series(1, 50);"
        "INSERT INTO alerts (query_id) SELECT n FROM generate_series(1, 20) n;"
        "ALTER TABLE alerts ADD CONSTRAINT alerts_query_id_fkey FOREIGN KEY (query_id)"
        " REFERENCES queries NOT VALID;" + TRIGGER,
    )
    return source, target


def definitions(run: Run, address: DatabaseAddress) -> list[tuple[object, ...]]:
    return run(
        address,
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'queries' ORDER BY 1",
    )


def test_a_whole_table_arrives_as_it_is(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    result = restore(source, target, "public", "queries", EVERYTHING)
    assert (result.way, result.rows, result.rebuilt_indexes) == ("copy", 1990, 2)
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)
    assert definitions(run, source) == definitions(run, target)
    assert run(target, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'spoil'") == [("O",)]
    assert run(target, "SELECT reltuples FROM pg_class WHERE relname = 'queries'") == [(1990,)]
    # The trigger fires again for the application.
    run(target, "UPDATE queries SET latest = 1 WHERE id = 1")
    assert run(target, "SELECT search_vector FROM queries WHERE id = 1") == [("'spoiled'",)]


def test_a_second_run_carries_only_what_differs(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    restore(source, target, "public", "queries", EVERYTHING)
    again = restore(source, target, "public", "queries", EVERYTHING)
    assert (again.way, again.bytes, again.added, again.changed, again.gone) == ("delta", 0, 0, 0, 0)
    run(
        source,
        "ALTER TABLE queries DISABLE TRIGGER spoil;"
        "UPDATE queries SET latest = 3 WHERE id IN (5, 6, 7);"
        "UPDATE queries SET options = '{\"a\": 1.00}' WHERE id = 8;"
        "UPDATE queries SET name = 'swap' WHERE id = 100;"
        "UPDATE queries SET name = 'クエリ 100' WHERE id = 101;"
        "UPDATE queries SET name = 'クエリ 101' WHERE id = 100;"
        "DELETE FROM queries WHERE id = 500;"
        "INSERT INTO queries (name, query) VALUES ('new', 'select 1')",
    )
    delta = restore(source, target, "public", "queries", EVERYTHING)
    assert (delta.way, delta.added, delta.changed, delta.gone) == ("delta", 1, 6, 1)
    assert delta.rows == 1990
    assert delta.rebuilt_indexes == 0
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)
    assert definitions(run, source) == definitions(run, target)


@pytest.mark.parametrize("precopied", [False, True])
def test_after_a_certified_run_only_what_was_written_since_is_looked_at(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run, precopied: bool
) -> None:
    source, target = redash
    run(source, "ALTER TABLE queries DISABLE TRIGGER spoil")
    run(target, "ALTER TABLE queries DISABLE TRIGGER spoil")
    first = restore(source, target, "public", "queries", EVERYTHING)
    with (
        closing(open_session(source, purpose="writer", write=True)) as writer,
        writer.transaction(),
    ):
        # Open while the pre-copy's second run looks: not seen there, it must be seen later.
        writer.execute("UPDATE public.queries SET latest = 9 WHERE id = 1700")
        if precopied:
            first = restore(source, target, "public", "queries", EVERYTHING)
    run(
        source,
        "UPDATE queries SET latest = 3 WHERE id IN (5, 6); DELETE FROM queries WHERE id = 500;"
        "INSERT INTO queries (name, query) VALUES ('new', 'select 1');"
        "UPDATE queries SET id = 7000 WHERE id = 700",
    )
    # Somebody meddled with the target in the meantime.
    run(
        target,
        "UPDATE queries SET query = 'odd' WHERE id = 1000; DELETE FROM queries WHERE id = 1001;"
        "INSERT INTO queries (id, name, query) VALUES (-1, 'odd', 'odd')",
    )
    delta = restore(source, target, "public", "queries", EVERYTHING, since=first.horizons)
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)
    assert (delta.added, delta.gone) == (3, 3)
    if precopied:
        assert delta.changed == 4


def test_a_horizon_of_another_server_is_not_believed(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    restore(source, target, "public", "queries", EVERYTHING)
    run(target, "UPDATE queries SET query = 'odd' WHERE id = 1000")
    future = Horizons(2**40, 2**40)
    assert restore(source, target, "public", "queries", EVERYTHING, since=future).changed == 1


def test_many_differences_rebuild_the_indexes(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    restore(source, target, "public", "queries", EVERYTHING)
    run(source, "UPDATE queries SET query = query || 'x' WHERE id % 2 = 0")
    delta = restore(source, target, "public", "queries", EVERYTHING)
    assert (delta.way, delta.rebuilt_indexes, delta.changed) == ("delta", 2, 995)
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)
    assert definitions(run, source) == definitions(run, target)


@pytest.mark.parametrize("state", ["ENABLE", "DISABLE"])
def test_no_trigger_touches_what_is_carried_and_each_is_as_before(
    both: Both, run: Run, state: str
) -> None:
    source, target = both(
        "CREATE TABLE t (id int PRIMARY KEY, word text); CREATE FUNCTION spoil() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN NEW.word := 'spoilt'; RETURN NEW; END $$;"
        "CREATE TRIGGER spoils BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION spoil();"
        f"ALTER TABLE t {state} TRIGGER spoils"
    )
    run(
        source,
        "SET session_replication_role = replica; ALTER TABLE t DISABLE TRIGGER spoils;"
        "INSERT INTO t SELECT n, 'word' FROM generate_series(1, 5) n",
    )
    look = "SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'spoils'"
    before = run(target, look)
    for _ in range(2):
        restore(source, target, "public", "t", KeyRange())
        assert run(target, "SELECT DISTINCT word FROM t") == [("word",)]
        assert run(target, look) == before
        run(source, "SET session_replication_role = replica; UPDATE t SET id = id + 10")


def test_a_row_that_will_never_match_ends_it_before_the_pause(
    both: Both, run: Run, record: Record
) -> None:
    """The target computes another value than the source: so every comparison differs."""
    source, target = both("CREATE TABLE t (id int PRIMARY KEY, word text)")
    run(source, "ALTER TABLE t ADD also text GENERATED ALWAYS AS (lower(word)) STORED")
    run(target, "ALTER TABLE t ADD also text GENERATED ALWAYS AS (upper(word)) STORED")
    run(source, "INSERT INTO t VALUES (1, 'word'), (2, '123')")
    item = CopyItem("public", "t", 0, 1, KeyRange())
    with pytest.raises(CopyFailed, match=r"public\.t: 1 rows .*keys 1\)") as raised:
        precopy_pieces(source, target, [item], record)
    assert "word" not in str(raised.value)


@pytest.mark.parametrize("victim", ["restore-source", "restore-target"])
def test_a_run_that_is_killed_leaves_nothing_half_done(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run, victim: str
) -> None:
    source, target = redash
    run(source, "ALTER TABLE queries ALTER query TYPE text USING repeat(query, 100)")
    before = definitions(run, target)
    dead = threading.Event()

    def kill() -> None:
        address = source if victim.endswith("source") else target
        with connect(address, purpose="killer", read_only=False) as session:
            while not dead.is_set():
                session.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s AND query LIKE 'COPY%%' AND state = 'active'"
                    " AND datname = current_database()",
                    [f"redash-migration/{victim}"],
                )
                time.sleep(0.001)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(psycopg.OperationalError):
            restore(source, target, "public", "queries", EVERYTHING)
    finally:
        dead.set()
        killer.join()
    assert run(target, "SELECT count(*) FROM queries") == [(0,)]
    assert definitions(run, target) == before
    restore(source, target, "public", "queries", EVERYTHING)
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)


def test_ranges_are_carried_apart_and_finished_together(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    ranges = [
        KeyRange(None, ("700",)),
        KeyRange(("700",), ("1400",)),
        KeyRange(("1400",), None),
    ]
    for part in ranges:
        restore(source, target, "public", "queries", part, one_of_many=True)
    assert len(definitions(run, target)) == len(definitions(run, source)) - 2
    # One of them once more, as after a crash, and the finish twice.
    assert restore(source, target, "public", "queries", ranges[1], one_of_many=True).bytes == 0
    for built in (2, 0):
        assert [f.built_indexes for f in finish(source, target, [("public", "queries")])] == [built]
    assert run(source, ALL_ROWS) == run(target, ALL_ROWS)
    assert definitions(run, source) == definitions(run, target)


def test_early_ranges_keep_their_indexes_and_get_statistics_at_the_end(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    for part in (KeyRange(None, ("700",)), KeyRange(("700",), None)):
        restore(source, target, "public", "queries", part, one_of_many=True, keep_indexes=True)
    assert definitions(run, target) == definitions(run, source)
    known = "SELECT reltuples FROM pg_class WHERE relname = 'queries'"
    assert run(target, known) == [(-1,)]
    assert finish(source, target, [("public", "queries")])[0].built_indexes == 0
    assert run(target, known) == [(1990,)]


def test_two_finishers_at_once_build_each_index_once(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    restore(source, target, "public", "queries", EVERYTHING)
    run(target, "DROP INDEX ix_search, ix_latest")
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(finish, source, target, [("public", "queries")]) for _ in range(3)]
        assert max(run.result()[0].built_indexes for run in runs) == 2
    assert definitions(run, target) == definitions(run, source)


def test_types_with_identifiers_inside_travel_as_text(both: Both, run: Run) -> None:
    source, target = both(
        "CREATE TYPE mood AS ENUM ('fine', 'bad'); CREATE TYPE pair AS (a integer, b mood);"
        "CREATE TABLE t (id bigint, part text, moods mood[], pair pair, PRIMARY KEY (id, part))"
    )
    run(
        source,
        "INSERT INTO t SELECT n, 'a\tb\\', '{fine,NULL}', '(1,bad)' FROM generate_series(1, 9) n",
    )
    assert restore(source, target, "public", "t", EVERYTHING).way == "copy"
    run(source, "UPDATE t SET moods = NULL WHERE id = 4; DELETE FROM t WHERE id = 5")
    assert restore(source, target, "public", "t", EVERYTHING).changed == 1
    everything = "SELECT id, part, moods::text, pair::text FROM t ORDER BY id"
    assert run(source, everything) == run(target, everything)


def test_a_table_without_a_key_is_carried_whole_each_time(both: Both, run: Run) -> None:
    source, target = both("CREATE TABLE t (v text)")
    run(source, "INSERT INTO t VALUES ('a'), ('a')")
    for _ in range(2):
        assert restore(source, target, "public", "t", EVERYTHING).way == "copy"
    assert run(target, "SELECT v FROM t") == [("a",), ("a",)]


def test_other_columns_are_named(both: Both, run: Run) -> None:
    source, target = both("CREATE TABLE t (id int PRIMARY KEY)")
    run(source, "ALTER TABLE t ADD COLUMN colour text")
    with pytest.raises(CopyFailed, match=r"public\.t: columns differ .*colour"):
        restore(source, target, "public", "t", EVERYTHING)
    with pytest.raises(CopyFailed, match=r"public\.nowhere does not exist"):
        restore(source, target, "public", "nowhere", EVERYTHING)


def test_a_gin_index_is_built_in_little_memory_with_workers_where_there_are_some(
    redash: tuple[DatabaseAddress, DatabaseAddress],
) -> None:
    _, target = redash
    with (
        closing(open_session(target, purpose="test", write=True)) as session,
        session.transaction(),
    ):
        search, latest = indexes.secondary_indexes(session, "public", "queries")[::-1]
        found = {}
        for index in (search, latest):
            indexes.drop(session, [index])
            indexes.build(session, [index])
            found[index.method] = (
                session.execute("SHOW maintenance_work_mem").fetchone(),
                session.execute("SHOW max_parallel_maintenance_workers").fetchone(),
            )
        parallel = session.info.server_version >= 180000
    assert found == {
        "gin": (("96MB",), ("2",)) if parallel else (("32MB",), ("0",)),
        "btree": (("256MB",), ("4",)),
    }
