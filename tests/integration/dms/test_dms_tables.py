"""Tables that can't be carried, and how the task's policies answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.dms.laboratory import Dms, on, rule

USERS = "CREATE TABLE users (id serial PRIMARY KEY, name text)"


def failed(dms: Dms, arn: str) -> Any:
    dms.until(lambda: dms.task(arn)["Status"] == "failed")
    task = dms.task(arn)
    assert task["StopReason"] == "Stop Reason FATAL_ERROR Error Level FATAL"
    assert task["LastFailureMessage"].startswith("Last Error  ")
    event = dms.bus.wait("REPLICATION_TASK_FAILED")
    assert event["detail"]["detailMessage"] == task["LastFailureMessage"]
    assert "eventId" not in event["detail"]
    assert event["resources"] == [arn]
    return task


def test_an_unsupported_type_is_a_table_error(dms: Dms) -> None:
    types = {
        "tsvector": "tsvector",
        "tsquery": "tsquery",
        "inet": "inet",
        "macaddr": "macaddr",
        "int4range": "range",
        "int4multirange": "multirange",
        "mood": "enum",
        "mood[]": "enum",
        "pair": "composite",
    }
    for side in (dms.source, dms.target):
        on(side, "CREATE TYPE mood AS ENUM ('ok')", "CREATE TYPE pair AS (a int, b int)")
        for number, column in enumerate(types):
            on(side, f"CREATE TABLE t{number} (id serial PRIMARY KEY, found {column})")
    arn = dms.create()
    dms.start(arn)
    task = failed(dms, arn)
    message = task["LastFailureMessage"]
    for number, (column, said) in enumerate(types.items()):
        written = f"public.{column}" if column in {"mood", "mood[]", "pair"} else column
        text = f"public.t{number}: column found has the unsupported data type {written} ({said})"
        assert text in message
    assert {table["TableState"] for table in dms.tables(arn).values()} == {"Table error"}
    assert task["ReplicationTaskStats"]["TablesErrored"] == len(types)
    assert on(dms.source, "SELECT count(*) FROM pg_publication") == [(0,)]


def test_an_excluded_table_does_no_harm(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS, "CREATE TABLE queries (id serial PRIMARY KEY, vector tsvector)")
    arn = dms.create([rule(), rule("queries", action="exclude", number=2)])
    dms.start(arn)
    dms.until_status(arn, "stopped")
    assert list(dms.tables(arn)) == ["users"]


def test_a_suspended_table_leaves_the_others_going(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS, "CREATE TABLE queries (id serial PRIMARY KEY, vector tsvector)")
    on(dms.source, "INSERT INTO users (name) VALUES ('a')")
    arn = dms.create(ErrorBehavior={"TableErrorPolicy": "SUSPEND_TABLE"})
    dms.start(arn)
    task = dms.until_status(arn, "stopped")
    assert task["ReplicationTaskStats"]["TablesLoaded"] == 1
    assert task["ReplicationTaskStats"]["TablesErrored"] == 1
    assert on(dms.target, "SELECT name FROM users") == [("a",)]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ((), "the table does not exist on the target"),
        (("CREATE TABLE users (id int PRIMARY KEY)",), "the target table has no column name"),
        (
            ("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)",),
            'null value in column "name" violates not-null constraint',
        ),
        (
            (USERS, "INSERT INTO users VALUES (7, 'already there')"),
            "duplicate key value violates unique constraint",
        ),
    ],
)
def test_a_target_that_does_not_fit_is_a_table_error(
    dms: Dms, target: tuple[str, ...], said: str
) -> None:
    on(dms.source, USERS, "INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 10)")
    on(dms.target, "SELECT 1", *target)
    arn = dms.create()
    dms.start(arn)
    assert said in failed(dms, arn)["LastFailureMessage"]
    assert dms.tables(arn)["users"]["TableState"] == "Table error"


def test_a_conflict_in_one_table_suspends_it_alone(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS, "CREATE TABLE teams (id serial PRIMARY KEY)")
    on(dms.source, "INSERT INTO users VALUES (7, 'ours')", "INSERT INTO teams VALUES (1)")
    on(dms.target, "INSERT INTO users VALUES (7, 'theirs')")
    arn = dms.create(
        ErrorBehavior={"TableErrorPolicy": "SUSPEND_TABLE"},
        ControlTablesSettings={"SuspendedTablesTableEnabled": True},
    )
    dms.start(arn)
    dms.until_status(arn, "stopped")
    suspended = 'SELECT "TABLE_OWNER", "TABLE_NAME" FROM awsdms.awsdms_suspended_tables'
    assert on(dms.target, suspended) == [("public", "users")]
    tables = dms.tables(arn)
    assert tables["users"]["TableState"] == "Table error"
    assert tables["teams"]["TableState"] == "Table completed"
    assert on(dms.target, "SELECT * FROM users") == [(7, "theirs")]


def test_no_table_is_a_failure(dms: Dms) -> None:
    arn = dms.create([rule("nothing%")])
    dms.start(arn)
    assert "No tables were found at task initialization" in failed(dms, arn)["LastFailureMessage"]


def test_an_explicit_table_that_is_not_there_shows(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    arn = dms.create(
        [rule(), rule("gone", action="explicit", number=2)],
        ErrorBehavior={"TableErrorPolicy": "SUSPEND_TABLE"},
    )
    dms.start(arn)
    dms.until_status(arn, "stopped")
    assert dms.tables(arn)["gone"]["TableState"] == "Table does not exist"


def test_a_table_without_a_key_gets_its_inserts_and_the_source_stays_whole(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, "CREATE TABLE notes (body varchar(20))")
    on(dms.source, "INSERT INTO notes VALUES ('one'), ('two')")
    arn = dms.create(FullLoadSettings={"StopTaskCachedChangesApplied": False})
    dms.start(arn)
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM notes") == [(2,)])
    on(
        dms.source,
        "UPDATE notes SET body = 'changed' WHERE body = 'one'",
        "DELETE FROM notes WHERE body = 'two'",
        "INSERT INTO notes VALUES ('three')",
    )
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM notes WHERE body = 'three'") == [(1,)])
    assert on(dms.target, "SELECT body FROM notes ORDER BY 1") == [("one",), ("three",), ("two",)]


def test_limited_lob_mode_refuses_what_it_would_cut(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) VALUES (repeat('x', 40000))")
    arn = dms.create(
        TargetMetadata={"FullLobMode": False, "LimitedSizeLobMode": True, "LobMaxSize": 32}
    )
    dms.start(arn)
    message = failed(dms, arn)["LastFailureMessage"]
    assert "column name holds a value of 40000 bytes" in message


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (
            "ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams",
            "foreign key users_team_fkey",
        ),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL", "not-null constraint"),
    ],
)
def test_a_target_that_was_changed_while_the_task_was_stopped(
    dms: Dms, guard: str, said: str
) -> None:
    for side in (dms.source, dms.target):
        on(
            side,
            "CREATE TABLE teams (id int PRIMARY KEY)",
            "CREATE TABLE users (id int PRIMARY KEY, name text, team int)",
        )
    arn = dms.create()
    dms.start(arn)
    dms.until_status(arn, "stopped")
    on(dms.target, guard)
    dms.start(arn, "resume-processing")
    assert f"public.users: {said}" in failed(dms, arn)["LastFailureMessage"].replace(
        'null value in column "name" violates ', ""
    )


def test_a_script_keeps_foreign_keys_silent(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(
            side,
            "CREATE TABLE teams (id int PRIMARY KEY, found tsvector)",
            "CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams)",
        )
    on(dms.source, "INSERT INTO teams VALUES (1)", "INSERT INTO users VALUES (1, 1)")
    arn = dms.create([rule("users")])
    dms.client.modify_endpoint(
        EndpointArn=dms.target_arn,
        PostgreSQLSettings={"AfterConnectScript": "SET session_replication_role='replica'"},
    )
    dms.test_connections()
    dms.start(arn)
    dms.until_status(arn, "stopped")
    assert on(dms.target, "SELECT count(*) FROM users") == [(1,)]


def test_drop_and_create_leaves_columns_and_key_alone(dms: Dms) -> None:
    on(dms.source, USERS, "INSERT INTO users (name) VALUES ('a')")
    on(dms.target, USERS, "CREATE INDEX named ON users (name)", "INSERT INTO users VALUES (1, 'x')")
    arn = dms.create(FullLoadSettings={"TargetTablePrepMode": "DROP_AND_CREATE"})
    dms.start(arn)
    dms.until_status(arn, "stopped")
    assert on(dms.target, "SELECT * FROM users") == [(1, "a")]
    assert on(dms.target, "SELECT indexname FROM pg_indexes WHERE tablename = 'users'") == [
        ("users_pkey",)
    ]


def test_truncate_before_load_empties_the_tables(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) VALUES ('a')")
    on(dms.target, "INSERT INTO users VALUES (1, 'x'), (2, 'y')")
    arn = dms.create(FullLoadSettings={"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"})
    dms.start(arn)
    dms.until_status(arn, "stopped")
    assert on(dms.target, "SELECT * FROM users") == [(1, "a")]
