"""The preflight finds what stands in the way, all at once, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.preflight import examination
from redash_migration.preflight.examination import (
    Examination,
    Request,
    examine,
    refused_for_good,
)
from redash_migration.preflight.source import others, room
from redash_migration.preflight.tables import sizes
from rehearsal.postgres import Cluster, programs

HOST = {"disk_free_bytes": 50 << 30}
REQUEST = Request("redash-20261123-013005", HOST, write_pause_budget=600)
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "WATCH", 0.02)


def statuses(found: Examination) -> dict[str, str]:
    return {check.id: check.status for check in found.checks}


def bad(found: Examination) -> dict[str, str]:
    return {name: status for name, status in statuses(found).items() if status != "PASS"}


def test_a_redash_database_passes_and_its_plan_is_made(
    sample: DatabaseAddress, target_database: DatabaseAddress, rows: Rows
) -> None:
    rows(sample, "SELECT pg_create_physical_replication_slot('old_standby')")
    try:
        found = examine(sample, target_database, REQUEST)
    finally:
        rows(sample, "SELECT pg_drop_replication_slot('old_standby')")
    assert bad(found) == {
        "source.other_slots": "WARN",
        "source.materialized_views": "WARN",
        "source.left_behind": "WARN",
    }
    assert {each.kind for each in found.left_behind} == {
        "materialized views, made empty",
        "publications",
    }
    assert all(check.remedy for check in found.checks if check.status != "PASS")
    plan = found.plan
    assert plan is not None
    assert plan.slots_before == ("old_standby",)
    assert plan.disk_free_bytes == 50 << 30
    assert plan.wal_budget_bytes == 25 << 30
    methods = {table.qualified_name: table.method for table in plan.tables}
    assert methods == {
        "public.alembic_version": "dms",
        "public.moods": "restore",
        "public.no_key": "restore",
        "public.organizations": "dms",
        "public.part_children": "dms",
        "public.parts_2026": "restore",
        "public.queries": "restore",
        "public.query_results": "dms",
        "public.users": "dms",
        "public.visualizations": "dms",
        'other; schema.Odd -- "name': "dms",
    }
    queries = plan.table("public", "queries")
    assert [(why.column, why.type) for why in queries.excluded_because] == [
        ("search_vector", "tsvector")
    ]
    results = plan.table("public", "query_results")
    assert results.rows == 1
    assert results.largest_lob_bytes == len("あ".encode()) * 10_000
    assert results.relaxed_not_null == ("query",)
    assert plan.table("public", "organizations").relaxed_not_null == ("settings",)
    assert plan.sequences_count == 5
    assert plan.predicted_write_pause_seconds > 0


def test_nothing_was_changed(
    sample: DatabaseAddress, target_database: DatabaseAddress, rows: Rows
) -> None:
    counters = "SELECT count(*) FROM pg_class"
    before = [rows(side, counters) for side in (sample, target_database)]
    examine(sample, target_database, REQUEST)
    assert [rows(side, counters) for side in (sample, target_database)] == before


@pytest.mark.parametrize(
    ("statement", "check", "status"),
    [
        ("INSERT INTO alembic_version VALUES ('second')", "source.alembic", "FAIL"),
        ("DROP TABLE alembic_version", "source.alembic", "FAIL"),
        ("SELECT lo_create(0)", "source.large_objects", "FAIL"),
        (
            "BEGIN; DELETE FROM users; PREPARE TRANSACTION 'p'",
            "source.prepared_transactions",
            "FAIL",
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID",
            "source.unvalidated_constraints",
            "WARN",
        ),
        (
            "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()",
            "source.event_triggers",
            "FAIL",
        ),
        (
            "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
            "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e();"
            "ALTER EVENT TRIGGER e DISABLE",
            "source.event_triggers",
            "WARN",
        ),
        (
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'ix_query_results_query_hash'::regclass",
            "source.invalid_indexes",
            "WARN",
        ),
        (
            # Its worker reaches nobody: between two tries it is not there.
            "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p"
            " WITH (connect = false); ALTER SUBSCRIPTION s ENABLE",
            "source.subscriptions",
            "FAIL",
        ),
        *(
            (f"CREATE TYPE held AS (c regclass, n int); {naming}", "source.names_in_texts", "WARN")
            for naming in (
                "CREATE TABLE naming (many regclass[] DEFAULT '{queries}')",
                "CREATE TABLE naming (one held DEFAULT '(queries,1)'::held)",
                "CREATE TABLE naming (many regclass[] CHECK (many <> '{queries}'::regclass[]))",
                "CREATE DOMAIN naming AS regclass[] DEFAULT '{queries}'",
                "CREATE VIEW naming AS SELECT '{queries}'::regclass[] AS many",
            )
        ),
        *(
            (
                f"CREATE TABLE awsdms_old (id int PRIMARY KEY); {needing}",
                "source.dms_tables",
                "FAIL",
            )
            for needing in (
                "CREATE VIEW seen AS SELECT id FROM awsdms_old",
                "CREATE TABLE ours (id int REFERENCES awsdms_old)",
                "CREATE TABLE ours () INHERITS (awsdms_old)",
                "CREATE TABLE ours (kept awsdms_old[])",
                "CREATE FUNCTION f() RETURNS SETOF awsdms_old LANGUAGE sql AS 'SELECT 1'",
                "CREATE SEQUENCE awsdms_s; CREATE TABLE ours (id int DEFAULT nextval('awsdms_s'))",
            )
        ),
        (
            "CREATE SCHEMA redash_migration; CREATE TABLE redash_migration.theirs (id int)",
            "source.names",
            "FAIL",
        ),
        (
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path"
            " = public, pg_catalog', current_database()); END$$",
            "source.search_path",
            "FAIL",
        ),
        (
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role"
            " = replica', current_database()); END$$",
            "source.may_return",
            "WARN",
        ),
        (
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET"
            " default_transaction_read_only = on', current_database()); END$$",
            "source.writable",
            "FAIL",
        ),
    ],
)
def test_what_is_planted_on_the_source_is_found(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    statement: str,
    check: str,
    status: str,
) -> None:
    rows(sample, statement)
    try:
        found = examine(sample, target_database, REQUEST)
    finally:
        if "PREPARE" in statement:
            rows(sample, "ROLLBACK PREPARED 'p'")
        if "SUBSCRIPTION" in statement:
            rows(sample, "ALTER SUBSCRIPTION s DISABLE")
            rows(sample, "ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s")
        if "lo_create" in statement:
            rows(sample, "SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
    assert statuses(found)[check] == status
    assert next(c.remedy for c in found.checks if c.id == check)


@pytest.mark.parametrize(
    ("publication", "status"),
    [
        ("ALL TABLES", "FAIL"),
        # The canary is altered too, where one is sent after another.
        ("ALL TABLES WITH (publish = 'update')", "FAIL"),
        ("ALL TABLES WITH (publish = 'delete, truncate')", "PASS"),
        ("TABLE users, queries", "PASS"),
    ],
)
def test_whose_subscriber_the_canary_would_reach(
    sample: DatabaseAddress, rows: Rows, publication: str, status: str
) -> None:
    rows(sample, f"CREATE PUBLICATION theirs FOR {publication}")
    rows(sample, "SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')")
    with connect(sample, purpose="preflight") as session:
        [check] = others.publications(session)
    assert check.status == status, check.detail


def test_a_transaction_that_was_prepared_in_another_database_delays_the_slot(
    sample: DatabaseAddress, rows: Rows, source_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(others, "_LONG", 0)
    elsewhere = replace(sample, dbname="postgres")
    rows(elsewhere, "BEGIN; CREATE TABLE theirs (id int); PREPARE TRANSACTION 'theirs'")
    try:
        with connect(sample, purpose="preflight") as session:
            session.execute("SET statement_timeout = '2s'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                session.execute("SELECT pg_create_logical_replication_slot('late', 'pgoutput')")
            [check] = others.long_transactions(session)
            assert [each.status for each in others.prepared_transactions(session)] == ["PASS"]
    finally:
        rows(elsewhere, "ROLLBACK PREPARED 'theirs'")
    assert check.status == "WARN"
    assert "'theirs', prepared in database postgres (" in check.detail
    assert "ROLLBACK PREPARED" in check.remedy


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("CREATE TABLE users (id int); INSERT INTO users VALUES (1)", "target.empty"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "target.empty"),
        (
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role"
            " = replica', current_database()); END$$",
            "target.session_replication_role",
        ),
    ],
)
def test_what_is_planted_on_the_target_is_found(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    statement: str,
    check: str,
) -> None:
    rows(target_database, statement)
    assert statuses(examine(sample, target_database, REQUEST))[check] == "FAIL"


def test_what_dms_left_stands_on_nothing_but_itself(
    rows: Rows, sample: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    rows(
        sample,
        "CREATE TABLE awsdms_old (id serial PRIMARY KEY, word text CHECK (word <> ''));"
        "CREATE INDEX by_word ON awsdms_old (lower(word)) WHERE id > 0;"
        "CREATE TABLE awsdms_new (id int CONSTRAINT kept REFERENCES awsdms_old, old awsdms_old);"
        "CREATE TABLE ours (awsdms_old int CONSTRAINT awsdms CHECK (awsdms_old > 0))",
    )
    found = examine(sample, target_database, REQUEST)
    assert statuses(found)["source.dms_tables"] == "PASS"


def test_a_database_that_can_not_be_reached_leaves_the_rest_its_answers(
    sample: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    found = examine(replace(sample, port=1), target_database, REQUEST)
    assert statuses(found)["source.reachable"] == "FAIL"
    assert statuses(found)["target.empty"] == "PASS"
    assert found.plan is None
    assert list(refused_for_good(found.checks)) == []  # publishing the port would mend it

    found = examine(sample, replace(target_database, password="wrong"), REQUEST)
    assert statuses(found)["target.reachable"] == "FAIL"
    assert statuses(found)["source.wal_level"] == "PASS"
    assert found.plan is not None
    assert "wrong" not in str(found.checks)

    found = examine(replace(sample, password="wrong"), target_database, REQUEST)
    assert [check.id for check in refused_for_good(found.checks)] == ["source.reachable"]


def test_a_pause_longer_than_granted_is_a_warning(
    sample: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    found = examine(sample, target_database, replace(REQUEST, write_pause_budget=1))
    assert statuses(found)["plan.write_pause"] == "WARN"
    assert found.plan is not None
    assert found.plan.predicted_write_pause_seconds == pytest.approx(
        sum(found.plan.predicted_parts.values()), abs=0.1
    )


def test_a_full_disk_or_an_unknown_one_is_found(
    sample: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    full = examine(sample, target_database, replace(REQUEST, host={"disk_free_bytes": 1 << 30}))
    assert statuses(full)["source.disk_free"] == "FAIL"
    unknown = examine(sample, target_database, replace(REQUEST, host={}))
    assert statuses(unknown)["source.disk_free"] == "UNKNOWN"
    greedy = examine(sample, target_database, replace(REQUEST, wal_budget=60 << 30))
    assert statuses(greedy)["source.disk_free"] == "FAIL"


def test_the_same_database_twice_is_found(sample: DatabaseAddress) -> None:
    assert statuses(examine(sample, sample, REQUEST))["databases.two"] == "FAIL"


def test_an_older_target_is_refused(
    source_database: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    found = examine(target_database, source_database, REQUEST)
    assert statuses(found)["databases.versions"] == "FAIL"


@pytest.fixture
def unprepared(tmp_path: Path) -> Iterator[DatabaseAddress]:
    """A server as the official image starts it, with tight limits and no replication line."""
    settings = {
        "wal_level": "replica",
        "max_replication_slots": "0",
        "max_wal_senders": "0",
        "wal_sender_timeout": "5s",
        "max_slot_wal_keep_size": "100MB",
    }
    with Cluster(programs("source"), tmp_path / "data", settings=settings) as cluster:
        hba = cluster.data_dir / "pg_hba.conf"
        hba.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        cluster.reload()
        yield cluster.create_database("redash")


def test_a_source_that_only_has_to_be_prepared_is_told_apart(
    unprepared: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    with psycopg.connect(
        psycopg.conninfo.make_conninfo("", **unprepared.parameters()), autocommit=True
    ) as session:
        session.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        session.execute("INSERT INTO alembic_version VALUES ('x')")
    found = examine(unprepared, target_database, REQUEST)
    assert bad(found) == {
        "source.wal_level": "FAIL",
        "source.replication_slots": "FAIL",
        "source.wal_senders": "FAIL",
        "source.wal_sender_timeout": "FAIL",
        "source.host_based_authentication": "FAIL",
        "source.max_slot_wal_keep_size": "WARN",
    }
    assert list(refused_for_good(found.checks)) == []
    remedy = next(c.remedy for c in found.checks if c.id == "source.wal_level")
    assert "ALTER SYSTEM SET wal_level" in remedy
    with psycopg.connect(
        psycopg.conninfo.make_conninfo("", **unprepared.parameters()), autocommit=True
    ) as session:
        session.execute("DELETE FROM alembic_version")
    found = examine(unprepared, target_database, REQUEST)
    assert [check.id for check in refused_for_good(found.checks)] == ["source.alembic"]


def test_a_role_that_may_do_little_gets_the_grants_it_needs(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    make_role: Callable[..., tuple[str, str]],
) -> None:
    role, password = make_role("source")
    found = examine(sample.as_role(role, password), target_database, REQUEST)
    answers = statuses(found)
    assert answers["source.role"] == "FAIL"
    assert answers["source.fence_rights"] == "FAIL"
    assert answers["source.host_based_authentication"] == "UNKNOWN"
    assert answers["source.decoding_plugin"] == "UNKNOWN"
    assert answers["source.readable"] == "FAIL"
    assert answers["source.own_schema"] == "FAIL"
    remedies = {check.id: check.remedy for check in found.checks}
    assert remedies["source.role"] == f'ALTER ROLE "{role}" WITH REPLICATION;'
    rows(sample, remedies["source.role"])
    answers = statuses(examine(sample.as_role(role, password), target_database, REQUEST))
    assert answers["source.role"] == "PASS"


def test_the_targets_roles_are_looked_at(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    make_role: Callable[..., tuple[str, str]],
) -> None:
    role, password = make_role("target")
    own = target_database.as_role(role, password)
    found = examine(sample, own, replace(REQUEST, application_role="nobody_of_this_name"))
    answers = statuses(found)
    assert answers["target.application_role"] == "FAIL"
    assert answers["target.writable"] == "FAIL"
    assert answers["target.may_set_replication_role"] == "FAIL"
    remedies = {check.id: check.remedy for check in found.checks}
    rows(target_database, remedies["target.writable"])
    rows(target_database, f"ALTER ROLE {role} SET session_replication_role = replica")
    answers = statuses(examine(sample, target_database, replace(REQUEST, application_role=role)))
    assert answers["target.session_replication_role"] == "FAIL"
    rows(target_database, f"DROP OWNED BY {role}")


def test_a_large_table_is_sampled(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows(
        sample,
        "INSERT INTO query_results (org_id, query_hash, query, runtime)"
        " SELECT 1, 'h', repeat('q', 500), 1 FROM generate_series(1, 20000);"
        " ANALYZE query_results",
    )
    monkeypatch.setattr(sizes, "EXACT_HEAP", 1 << 20)
    monkeypatch.setattr(sizes, "_SAMPLE", 1 << 20)
    found = examine(sample, target_database, REQUEST)
    assert found.plan is not None
    results = found.plan.table("public", "query_results")
    assert results.rows == pytest.approx(20_001, rel=0.01)
    assert results.raw_bytes == pytest.approx(20_000 * 550, rel=0.2)


def test_a_table_that_takes_too_long_is_estimated(
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows(
        sample,
        "INSERT INTO query_results (org_id, query_hash, query, runtime)"
        " SELECT 1, 'h', repeat('q', 500), 1 FROM generate_series(1, 20000);"
        " ANALYZE query_results",
    )
    monkeypatch.setattr(sizes, "_PER_TABLE", 0.001)
    found = examine(sample, target_database, REQUEST)
    assert found.plan is not None
    assert found.plan.table("public", "query_results").rows == 20_001


def test_a_lock_held_by_somebody_else_is_said_to_be_one(
    sample: DatabaseAddress, target_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        examination, "connect", partial(connect, lock_timeout=0.2, statement_timeout=5)
    )
    with connect(sample, purpose="lock", read_only=False, autocommit=False) as other:
        other.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        found = examine(sample, target_database, REQUEST)
        other.rollback()
    assert statuses(found)["plan.made"] == "UNKNOWN"
    assert "lock" in next(c.remedy for c in found.checks if c.id == "plan.made")
    assert found.plan is None


def test_remedies_for_the_target_are_sql_that_runs(
    sample: DatabaseAddress, target_database: DatabaseAddress, rows: Rows
) -> None:
    rows(target_database, "CREATE TABLE left_over (id int)")
    found = examine(sample, target_database, REQUEST)
    assert "left_over" in next(c.detail for c in found.checks if c.id == "target.empty")
    with connect(target_database, purpose="test", read_only=False) as session:
        session.execute(sql.SQL("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    assert statuses(examine(sample, target_database, REQUEST))["target.empty"] == "PASS"


def test_settings_by_which_a_query_prints_something_else_are_told(
    sample: DatabaseAddress, target_database: DatabaseAddress, rows: Rows
) -> None:
    found = {check.id: check for check in examine(sample, target_database, REQUEST).checks}
    assert found["databases.settings"].status == "PASS"
    here = target_database.dbname
    rows(target_database, f'ALTER DATABASE {here} SET timezone TO "Asia/Tokyo"')
    rows(target_database, f"ALTER DATABASE {here} SET search_path TO other")
    found = {check.id: check for check in examine(sample, target_database, REQUEST).checks}
    check = found["databases.settings"]
    assert (check.status, "TimeZone" in check.detail) == ("WARN", True)
    # The remedy is a statement that the server takes.
    statement = check.remedy[check.remedy.index("ALTER") : check.remedy.index(";")]
    rows(target_database, statement.replace('"TimeZone"', '"search_path"'))


def test_partitions_cut_by_an_order_that_the_target_lacks_are_refused(
    sample: DatabaseAddress, target_cluster: Cluster, rows: Rows
) -> None:
    with target_cluster.connect() as session:
        session.execute("DROP DATABASE IF EXISTS sorted_otherwise")
        session.execute(
            "CREATE DATABASE sorted_otherwise TEMPLATE template0 LOCALE_PROVIDER builtin"
            " BUILTIN_LOCALE 'C.UTF-8'"
        )
    there = target_cluster.address("sorted_otherwise")
    assert statuses(examine(sample, there, REQUEST))["databases.collation"] == "WARN"
    rows(sample, "CREATE TABLE cut (t text) PARTITION BY RANGE (t)")
    assert statuses(examine(sample, there, REQUEST))["databases.collation"] == "FAIL"
    target_cluster.drop_database("sorted_otherwise")
