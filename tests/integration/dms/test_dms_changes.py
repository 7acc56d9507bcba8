"""What can go wrong while a task follows the changes."""

from __future__ import annotations

import pytest

from rehearsal.postgres import Cluster
from tests.integration.dms.laboratory import Dms, on

USERS = "CREATE TABLE users (id serial PRIMARY KEY, name text)"


@pytest.fixture
def running(dms: Dms) -> str:
    return run(dms)


def run(dms: Dms, **behaviour: str) -> str:
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 10)")
    arn = dms.create(
        FullLoadSettings={"StopTaskCachedChangesApplied": False}, ErrorBehavior=behaviour
    )
    dms.start(arn)
    dms.until(lambda: "FullLoadFinishDate" in dms.task(arn).get("ReplicationTaskStats", {}))
    return arn


def test_a_conflicting_insert_fails_the_task_and_is_put_down(dms: Dms, running: str) -> None:
    on(dms.target, "INSERT INTO users VALUES (11, 'in the way')")
    on(dms.source, "INSERT INTO users (name) VALUES ('eleven')")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    message = dms.task(running)["LastFailureMessage"]
    assert "duplicate key" in message or "conflict" in message
    rows = on(
        dms.target,
        'SELECT "TASK_NAME", "TABLE_NAME", "STATEMENT" FROM awsdms.awsdms_apply_exceptions',
    )
    assert rows == [("carry", "users", "INSERT")]
    # Once the cause is gone, the task resumes and nothing is missing.
    on(dms.target, "DELETE FROM users WHERE id = 11")
    dms.start(running, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT name FROM users WHERE id = 11") == [("eleven",)])


def test_a_logged_conflict_leaves_the_task_running(dms: Dms) -> None:
    arn = run(dms, ApplyErrorInsertPolicy="LOG_ERROR")
    on(dms.target, "INSERT INTO users VALUES (11, 'in the way')")
    on(dms.source, "INSERT INTO users (name) VALUES ('eleven')")
    dms.until(
        lambda: on(dms.target, "SELECT count(*) FROM awsdms.awsdms_apply_exceptions") == [(1,)]
    )
    on(dms.source, "INSERT INTO users (name) VALUES ('twelve')")
    dms.until(lambda: on(dms.target, "SELECT name FROM users WHERE id = 12") == [("twelve",)])
    assert dms.task(arn)["Status"] == "running"
    assert on(dms.target, "SELECT name FROM users WHERE id = 11") == [("in the way",)]


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_change_of_a_row_that_is_not_there(dms: Dms, target_cluster: Cluster, verb: str) -> None:
    if target_cluster.version < 18:
        pytest.skip("PostgreSQL counts such changes from 18 on")
    arn = run(dms, **{f"ApplyError{verb.capitalize()}Policy": "STOP_TASK"})
    on(dms.target, "DELETE FROM users WHERE id = 3")
    statement = {
        "UPDATE": "UPDATE users SET name = 'three' WHERE id = 3",
        "DELETE": "DELETE FROM users WHERE id = 3",
    }[verb]
    on(dms.source, statement)
    dms.until(lambda: dms.task(arn)["Status"] == "failed")
    assert f"zero rows affected by {verb}" in dms.task(arn)["LastFailureMessage"]


def test_sessions_that_are_ended_do_no_harm(dms: Dms, running: str) -> None:
    for count in (11, 12, 13):
        on(
            dms.source,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "INSERT INTO users (name) VALUES ('after')",
        )
        dms.until(lambda: on(dms.target, "SELECT max(id) FROM users") == [(count,)])  # noqa: B023
    assert dms.task(running)["Status"] == "running"


def test_a_lost_slot_is_fatal(dms: Dms, running: str) -> None:
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")
    on(
        dms.source,
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
        " WHERE database = current_database()",
    )
    dms.start(running, "resume-processing")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    task = dms.task(running)
    assert "Replication slot" in task["LastFailureMessage"]
    assert task["StopReason"] == "Stop Reason FATAL_ERROR Error Level FATAL"
    # A reload begins again from nothing, once the target is empty.
    on(dms.target, "TRUNCATE users")
    dms.start(running, "reload-target")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(10,)])
    dms.until_status(running, "running")


def test_a_table_is_reloaded(dms: Dms, running: str) -> None:
    on(dms.target, "TRUNCATE users")
    dms.client.reload_tables(
        ReplicationTaskArn=running,
        TablesToReload=[{"SchemaName": "public", "TableName": "users"}],
    )
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(10,)])
    dms.until(lambda: dms.tables(running)["users"]["TableState"] == "Table completed")
    found = dms.tables(running)["users"]
    assert found["FullLoadReloaded"]
    assert found["FullLoadRows"] == 10
    on(dms.source, "DELETE FROM users WHERE id = 1")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(9,)])


def test_a_failure_on_purpose(dms: Dms, running: str) -> None:
    dms.stand_in.disturbance.failure = "out of luck."
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    assert "Last Error  out of luck." in dms.task(running)["LastFailureMessage"]
    on(dms.source, "INSERT INTO users (name) VALUES ('while failed')")
    dms.start(running, "resume-processing")
    dms.until(
        lambda: on(dms.target, "SELECT count(*) FROM users WHERE name = 'while failed'") == [(1,)]
    )


def test_a_fenced_source_can_still_be_left(dms: Dms, running: str) -> None:
    name = dms.source.dbname
    on(dms.source, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")
    dms.client.delete_replication_task(ReplicationTaskArn=running)
    dms.bus.wait("REPLICATION_TASK_DELETED")
    assert on(dms.source, "SELECT count(*) FROM pg_publication") == [(0,)]


def test_a_task_that_lags_can_be_stopped_and_resumed(dms: Dms, running: str) -> None:
    dms.stand_in.disturbance.apply_paused.set()
    dms.until(dms.held)
    on(dms.source, "INSERT INTO users (name) VALUES ('late')")
    slot = "SELECT active FROM pg_replication_slots WHERE database = current_database()"
    assert on(dms.source, slot) == [(True,)]
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")
    assert on(dms.target, "SELECT count(*) FROM users") == [(10,)]
    dms.stand_in.disturbance.apply_paused.clear()
    dms.start(running, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(11,)])


def test_a_load_that_is_stopped_midway_begins_again_and_counts_rightly(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, "CREATE TABLE results (id serial PRIMARY KEY, data text)")
    on(
        dms.source,
        "INSERT INTO results (data) SELECT repeat(md5(n::text), 60)"
        " FROM generate_series(1, 40000) n",
    )
    arn = dms.create()
    dms.start(arn)
    dms.until(lambda: any(t["FullLoadRows"] > 0 for t in dms.tables(arn).values()))
    assert dms.tables(arn)["results"]["TableState"] == "Full load"
    dms.client.stop_replication_task(ReplicationTaskArn=arn)
    task = dms.until_status(arn, "stopped")
    assert task["StopReason"] == "Stop Reason NORMAL"
    assert 0 < task["ReplicationTaskStats"]["FullLoadProgressPercent"] < 100
    dms.start(arn, "resume-processing")
    dms.until(lambda: dms.task(arn)["StopReason"].endswith("STOPPED_AFTER_CACHED_EVENTS"))
    assert on(dms.target, "SELECT count(*) FROM results") == [(40000,)]
    assert dms.tables(arn)["results"]["FullLoadRows"] == 40000
    assert dms.tables(arn)["results"]["Inserts"] == 0
