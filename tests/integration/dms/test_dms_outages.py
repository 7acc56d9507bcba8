"""Databases that go away and come back under a running task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest

from rehearsal.postgres import Cluster
from tests.integration.dms.laboratory import Dms, on

USERS = "CREATE TABLE users (id serial PRIMARY KEY, name text)"


@pytest.fixture
def running(dms: Dms, source_cluster: Cluster, target_cluster: Cluster) -> Iterator[str]:
    yield run(dms)
    for cluster in (source_cluster, target_cluster):
        cluster.start()


@pytest.fixture
def impatient(dms: Dms, source_cluster: Cluster, target_cluster: Cluster) -> Iterator[str]:
    """A task that gives up after one attempt."""
    yield run(dms, RecoverableErrorCount=1)
    for cluster in (source_cluster, target_cluster):
        cluster.start()


def run(dms: Dms, **behaviour: int) -> str:
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 10)")
    arn = dms.create(
        FullLoadSettings={"StopTaskCachedChangesApplied": False},
        ValidationSettings={"EnableValidation": True},
        ErrorBehavior=behaviour,
    )
    dms.start(arn)
    dms.until(lambda: "FullLoadFinishDate" in dms.task(arn).get("ReplicationTaskStats", {}))
    return arn


@pytest.mark.parametrize(
    "restart",
    [("source", "fast"), ("source", "immediate"), ("target", "fast"), ("target", "immediate")],
)
def test_a_restart_is_survived(
    dms: Dms,
    running: str,
    source_cluster: Cluster,
    target_cluster: Cluster,
    restart: tuple[str, Literal["fast", "immediate"]],
) -> None:
    side, mode = restart
    cluster = source_cluster if side == "source" else target_cluster
    cluster.restart(mode=mode)
    on(dms.source, "INSERT INTO users (name) VALUES ('after')")
    dms.until(lambda: on(dms.target, "SELECT max(name) FROM users WHERE id > 10") == [("after",)])
    assert dms.task(running)["Status"] == "running"
    dms.until(lambda: dms.tables(running)["users"]["Inserts"] == 1)
    assert dms.tables(running)["users"]["FullLoadRows"] == 10
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")


def test_a_source_that_stays_away_fails_the_task(
    dms: Dms, impatient: str, source_cluster: Cluster
) -> None:
    source_cluster.stop("immediate")
    dms.until(lambda: dms.task(impatient)["Status"] == "failed")
    task = dms.task(impatient)
    assert task["StopReason"] == "Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE"
    assert "successive recovery failures" in task["LastFailureMessage"]
    source_cluster.start()
    on(dms.source, "INSERT INTO users (name) VALUES ('after')")
    dms.start(impatient, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(11,)])


def test_a_failed_task_applies_nothing_when_its_target_comes_back(
    dms: Dms, impatient: str, target_cluster: Cluster
) -> None:
    target_cluster.stop("immediate")
    dms.until(lambda: dms.task(impatient)["Status"] == "failed")
    target_cluster.start()
    enabled = "SELECT subenabled FROM pg_subscription"
    dms.until(lambda: on(dms.target, enabled) == [(False,)])
    on(dms.source, "INSERT INTO users (name) VALUES ('not yet')")
    dms.start(impatient, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(11,)])


def test_an_unreachable_target_is_named(dms: Dms, running: str, target_cluster: Cluster) -> None:
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")
    target_cluster.stop("immediate")
    dms.start(running, "resume-processing")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    assert "connection" in dms.task(running)["LastFailureMessage"]


def test_a_source_that_cannot_decode_is_named(dms: Dms, source_cluster: Cluster) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    arn = dms.create()
    source_cluster.restart({"wal_level": "replica"})
    try:
        dms.start(arn)
        dms.until(lambda: dms.task(arn)["Status"] == "failed")
        assert "wal_level" in dms.task(arn)["LastFailureMessage"]
    finally:
        source_cluster.restart()
    dms.start(arn, "reload-target")
    dms.until_status(arn, "stopped")


def test_a_full_load_alone_leaves_no_slot(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) VALUES ('a')")
    arn = dms.create()
    dms.client.modify_replication_task(ReplicationTaskArn=arn, MigrationType="full-load")
    dms.until_status(arn, "ready")
    dms.start(arn)
    task = dms.until_status(arn, "stopped")
    assert task["StopReason"] == "Stop Reason FULL_LOAD_ONLY_FINISHED"
    assert on(dms.target, "SELECT name FROM users") == [("a",)]
    slots = "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
    assert on(dms.source, slots) == [(0,)]
    tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'awsdms%'"
    assert on(dms.target, tables) == [(0,)]


def test_a_slot_dropped_under_a_running_task_is_fatal(dms: Dms, running: str) -> None:
    drop = (
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
        "SELECT pg_sleep(0.05)",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
        " WHERE database = current_database() AND NOT active",
    )
    dms.until(lambda: len(on(dms.source, *drop)) == 1)
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    assert "Replication slot" in dms.task(running)["LastFailureMessage"]
    dms.client.delete_replication_task(ReplicationTaskArn=running)
    dms.bus.wait("REPLICATION_TASK_DELETED")
    assert on(dms.target, "SELECT count(*) FROM pg_subscription") == [(0,)]
