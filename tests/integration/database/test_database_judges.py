"""What used to be told in the write pause is told by the preflight."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from redash_migration.database.prediction import Speeds, measure_speeds
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import read_tables
from redash_migration.plan import Plan
from redash_migration.preflight.pair.features import features
from redash_migration.preflight.source.orphans import orphans
from redash_migration.preflight.tables.largest_row import COPY_MEMORY_BYTES, largest_row
from redash_migration.preflight.tables.methods import plan_tables
from redash_migration.preflight.target import temporary_tables

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("life", "status", "says"),
    [
        ("SELECT 1", "PASS", "foreign keys hold"),
        (
            "SET session_replication_role = replica; DELETE FROM query_results",
            "FAIL",
            "queries_latest_query_data_id_fkey",
        ),
        (
            "ALTER TABLE visualizations DROP CONSTRAINT visualizations_query_id_fkey;"
            "INSERT INTO visualizations (query_id) VALUES (999);"
            "ALTER TABLE visualizations ADD FOREIGN KEY (query_id) REFERENCES queries NOT VALID",
            "PASS",  # the source claims nothing of them
            "foreign keys hold",
        ),
    ],
)
def test_rows_that_refer_to_nothing(
    sample: DatabaseAddress, rows: Rows, life: str, status: str, says: str
) -> None:
    rows(sample, life)
    with connect(sample, purpose="test") as session:
        [check] = orphans(session)
    assert (check.status, says in check.detail) == (status, True), check


def test_a_role_without_temporary_tables(
    target_database: DatabaseAddress, make_role: Callable[..., tuple[str, str]], rows: Rows
) -> None:
    role, password = make_role("target")
    name = sql.Identifier(target_database.dbname).as_string()
    rows(target_database, f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
    with connect(target_database.as_role(role, password), purpose="test") as session:
        [check] = temporary_tables(session)
    assert check.status == "FAIL"
    with connect(target_database, purpose="test") as session:
        [check] = temporary_tables(session)
    assert check.status == "PASS"


def test_a_row_that_no_function_or_server_can_hold(
    sample: DatabaseAddress, plan_of: Callable[[DatabaseAddress], Plan]
) -> None:
    tables = plan_of(sample).tables
    assert largest_row(tables).status == "PASS"
    large = [replace(table, largest_row_bytes=500_000_000) for table in tables]
    found = largest_row(large)
    assert found.status == "FAIL"
    assert "public.queries (" in found.detail
    assert "public.users" not in found.detail  # replication carries it
    larger = [replace(table, largest_row_bytes=600_000_000) for table in tables]
    assert "public.users (" in largest_row(larger).detail  # and no server would compare it


@pytest.mark.parametrize(
    ("type_", "long", "taken"),
    [
        ("bytea", "decode(repeat('ab', 20000000), 'hex')", False),
        ("jsonb", "to_jsonb(repeat('ab', 10000000))", False),
        ("text", "repeat('ab', 4000000)", True),
    ],
)
def test_how_fast_a_source_answers_is_measured_on_no_row_that_is_longer_than_the_sample(
    source_database: DatabaseAddress, rows: Rows, type_: str, long: str, *, taken: bool
) -> None:
    """A row comes as one message, and the preflight's function has half a gigabyte."""
    rows(
        source_database,
        f"CREATE TABLE a (id int PRIMARY KEY, v {type_});"  # noqa: S608 - made of constants
        f"INSERT INTO a SELECT n, {long} FROM generate_series(1, 2) n",
    )
    with connect(source_database, purpose="test") as session:
        speeds = measure_speeds(session, plan_tables(session, read_tables(session)))
    measured = speeds != Speeds(round_trip=speeds.round_trip)
    assert measured is taken


def test_a_row_is_as_large_as_all_of_its_values_and_as_the_form_in_which_it_travels(
    source_database: DatabaseAddress, rows: Rows
) -> None:
    rows(
        source_database,
        "CREATE TABLE a (id int PRIMARY KEY, b bytea, c varchar, d varchar(9));"
        "INSERT INTO a VALUES (1, decode(repeat('00', 500), 'hex'), repeat('c', 700), 'd');"
        "CREATE TYPE pair AS (one int, two int);"
        "CREATE TABLE t (id int PRIMARY KEY, b bytea, p pair);"
        "INSERT INTO t VALUES (1, decode(repeat('00', 500), 'hex'), ROW(1, 2));",
    )
    with connect(source_database, purpose="test") as session:
        planned = plan_tables(session, read_tables(session))
    sizes = {table.name: table.largest_row_bytes for table in planned}
    assert sizes == {"a": 1200, "t": 1005}


def test_the_memory_that_is_judged_by_is_the_functions_own() -> None:
    template = (Path(__file__).parents[3] / "template.yaml").read_text(encoding="utf-8")
    for name in ("PrecopyTableFunction", "RestoreTableFunction"):
        found = re.search(rf"  {name}:\n(?:    .*\n)*?      MemorySize: (\d+)", template)
        assert found is not None
        assert int(found[1]) * 2**20 > COPY_MEMORY_BYTES


def test_a_period_may_be_covered_by_several_rows(
    target_database: DatabaseAddress, rows: Rows
) -> None:
    rows(
        target_database,
        "CREATE TABLE a (id int4range, d daterange, PRIMARY KEY (id, d WITHOUT OVERLAPS));"
        "INSERT INTO a VALUES ('[1,2)', '[2020-01-01,2020-02-01)'),"
        " ('[1,2)', '[2020-02-01,2020-03-01)');"
        "CREATE TABLE b (id int PRIMARY KEY, a int4range, d daterange,"
        " FOREIGN KEY (a, PERIOD d) REFERENCES a (id, PERIOD d));"
        "INSERT INTO b VALUES (1, '[1,2)', '[2020-01-15,2020-02-15)'), (2, NULL, NULL);",
    )
    with connect(target_database, purpose="test") as session:
        assert [check.status for check in orphans(session)] == ["PASS"]
        rows(
            target_database,
            "SET session_replication_role = replica; DELETE FROM a WHERE d @> date '2020-02-10'",
        )
        [check] = orphans(session)
    assert (check.status, check.detail.endswith("id: 1")) == ("FAIL", True)


def test_columns_that_the_target_is_not_built_for(
    source_database: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    """How a server was built, it says itself."""
    with (
        connect(source_database, purpose="test", read_only=False) as old,
        connect(target_database, purpose="test") as new,
    ):
        assert features(old, new).status == "PASS"
        old.execute("CREATE TABLE written (id int PRIMARY KEY, words xml)")
        found = features(old, new)
        row = new.execute(
            "SELECT setting LIKE '%--with-libxml%' FROM pg_config WHERE name = 'CONFIGURE'"
        ).fetchone()
    assert row is not None
    assert (found.status == "PASS") is row[0], found
    assert row[0] or ("public.written" in found.detail and found.remedy)
