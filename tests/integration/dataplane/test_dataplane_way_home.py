"""Can everything come home? What is asked by the minute, of two real servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg import sql

from redash_migration.database.freeze import fence, read_only
from redash_migration.database.freeze.last_look import note_source
from redash_migration.database.schema import drift
from redash_migration.database.schema.outline import read_outline
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.watch.measure import SourceBefore, disk_use
from redash_migration.database.watch.watching import BEFORE_FACT
from redash_migration.homecoming.at_the_switch import note_ends
from redash_migration.homecoming.closing import close_again, left_open
from redash_migration.homecoming.forward_again import is_forward
from redash_migration.homecoming.opening import open_source
from redash_migration.homecoming.possible import possible, way_home
from redash_migration.plan import Plan, TablePlan
from redash_migration.preflight.way_back import may_return
from redash_migration.record import Record

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[object, ...]]]

SCHEMA = "CREATE TABLE queries (id serial PRIMARY KEY, name text); CREATE TABLE notes (v text);"
BUDGET = 300
ALTERED = "ALTER TABLE queries ADD COLUMN tag text"
WRITTEN = "SET default_transaction_read_only = off; INSERT INTO queries (name) VALUES ('x')"


def plan(notes_bytes: int = 0) -> Plan:
    tables = (
        TablePlan("public", "queries", "restore", 10, 0, 0, 0, ("id",), ()),
        TablePlan("public", "notes", "restore", 10, 0, notes_bytes, 0, (), ()),
    )
    return Plan("m", 16, 18, tables, 1, 0, 0.0, {}, (), 1 << 40, 1 << 30)


@pytest.fixture
def switched(both: Both, record: Record) -> tuple[DatabaseAddress, DatabaseAddress, Record]:
    """Both sides as they are when users have come to the new one."""
    old, new = both(SCHEMA)
    with connect(old, purpose="test", read_only=False) as session:
        canary.make(session)
        canary.release(session, record.migration_id, "drained")
        record.put_fact(drift.FACT, read_outline(session).to_json())
        before = SourceBefore((), 1 << 40, 1 << 30, disk_use(session))
        record.put_fact(BEFORE_FACT, before.to_json())
        fence.lay(session, [], window=0.1)
        note_source(record, session)
    note_ends(record.of("return"), old, new)
    return old, new, record.of("return")


def asked(
    old: DatabaseAddress, new: DatabaseAddress, record: Record, planned: Plan
) -> dict[str, str]:
    checks = way_home(record, planned, old, new, BUDGET)
    assert possible(checks) is (not any(check.status == "FAIL" for check in checks))
    assert all(check.remedy for check in checks if check.status == "FAIL")
    return {check.id: check.status for check in checks if check.status == "FAIL"}


def test_all_comes_home_from_a_new_side_that_users_only_wrote_to(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = switched
    run(new, "INSERT INTO queries (name) SELECT 'since' FROM generate_series(1, 100)")
    assert asked(old, new, record, plan()) == {}


@pytest.mark.parametrize(
    ("side", "statement", "check"),
    [
        ("new", ALTERED, "new_schema"),
        ("new", "CREATE INDEX ON queries (name)", "new_schema"),
        ("old", f"SET default_transaction_read_only = off; {ALTERED}", "old_schema"),
        ("old", WRITTEN, "old_database"),
        ("old", "SET default_transaction_read_only = off; DROP SCHEMA redash_migration CASCADE",
         "old_database"),
    ],
)  # fmt: skip
def test_what_makes_it_impossible_is_known_before_anybody_presses_the_button(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record],
    run: Run,
    side: str,
    statement: str,
    check: str,
) -> None:
    old, new, record = switched
    run(old if side == "old" else new, statement)
    assert asked(old, new, record, plan()) == {check: "FAIL"}


def test_a_fence_that_somebody_lifted_and_a_large_table_without_a_key(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record],
) -> None:
    old, new, record = switched
    with connect(old, purpose="test", read_only=False) as session:
        session.execute(
            sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(
                sql.Identifier(old.dbname)
            )
        )
    found = asked(old, new, record, plan(notes_bytes=1 << 40))
    assert found == {"keyless_tables": "FAIL", "old_database": "FAIL"}


def test_a_side_that_does_not_answer_leaves_it_unknown(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record],
) -> None:
    old, new, record = switched
    gone = replace(old, port=1)
    assert possible(way_home(record, plan(), gone, new, BUDGET)) is None


def test_a_role_that_could_not_bring_rows_home_is_told_of_its_rights(both: Both, run: Run) -> None:
    old, _ = both(SCHEMA)
    run(old, f'CREATE ROLE reader LOGIN; REVOKE TEMP ON DATABASE "{old.dbname}" FROM PUBLIC')
    try:
        with connect(old, purpose="test", read_only=False) as session:
            assert [check.status for check in may_return(session)] == ["PASS"]
            session.execute("SET SESSION AUTHORIZATION reader")
            [check] = may_return(session)
    finally:
        run(old, "DROP ROLE reader")
    assert check.status == "WARN"
    assert "session_replication_role" in check.detail
    assert "temporary tables" in check.detail
    assert "notes" in check.detail
    assert "GRANT" in check.remedy


def test_old_rows_that_could_not_be_written_again_are_told(both: Both, run: Run) -> None:
    old, _ = both(SCHEMA)
    run(old, "CREATE TABLE loose (n int, id int); INSERT INTO loose VALUES (1, 1)")
    run(old, "ALTER TABLE loose ADD CONSTRAINT kept CHECK (n > 0) NOT VALID")
    run(old, "CREATE DOMAIN small AS int; CREATE TABLE d (id int PRIMARY KEY, s small)")
    run(old, "ALTER DOMAIN small ADD CONSTRAINT little CHECK (VALUE < 10) NOT VALID")

    def told() -> str:
        with connect(old, purpose="test") as session:
            [check] = may_return(session)
        return check.detail if check.status == "WARN" else ""

    assert not told()
    run(old, "ALTER TABLE loose DROP CONSTRAINT kept; INSERT INTO loose VALUES (-1, 2)")
    run(old, "ALTER TABLE loose ADD CONSTRAINT kept CHECK (n > 0) NOT VALID")
    assert "NOT VALID" in told()
    assert "public.loose (kept)" in told()
    # With a key it is carried row by row: what breaks it stays as it is.
    run(old, "ALTER TABLE loose ADD PRIMARY KEY (id)")
    assert not told()
    run(old, "INSERT INTO d VALUES (1, 1)")
    assert "public.d (little)" in told()


def test_rights_that_the_role_has_lost_are_known_before_anybody_presses_the_button(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    old, new, record = switched
    login = f"CREATE ROLE poorer LOGIN PASSWORD '{old.password}'"
    run(old, f"SET default_transaction_read_only = off; {login}")
    try:
        poorer = replace(old, username="poorer")
        assert asked(poorer, new, record, plan())["old_role"] == "FAIL"
    finally:
        run(old, "SET default_transaction_read_only = off; DROP ROLE poorer")


def test_an_old_side_that_a_failed_return_left_open_is_closed_by_the_minute(
    switched: tuple[DatabaseAddress, DatabaseAddress, Record], run: Run
) -> None:
    """And what came in meanwhile is told: the next return makes the old side like the new one."""
    old, new, home = switched

    def told() -> tuple[str, str]:
        return next((c.status, c.detail) for c in home.checks.all() if c.id == "return.taken_back")

    lifted: dict[str, Any] = {"before": None, "roles": []}
    home.of("forward").undo.add("lift_fence", lifted, where="database", service="serves")
    open_source(home, old)
    run(old, "INSERT INTO queries (name) VALUES ('by another way')")
    [entry] = home.undo.pending()
    home.undo.failed(entry, "OperationalError: no answer", tired=True)
    is_forward(home)
    assert left_open(home)
    assert told()[0] == "WARN"
    assert possible(way_home(home, plan(), old, new, BUDGET)) is None
    close_again(home, replace(old, port=1))
    assert left_open(home)
    assert told()[1].startswith("the old database is not closed yet")
    close_again(home, old)
    assert not left_open(home)
    assert told()[0] == "WARN"
    assert "1 rows were written there" in told()[1]
    with connect(old, purpose="test") as session:
        assert read_only.laid(session)
    assert asked(old, new, home, plan()) == {}
