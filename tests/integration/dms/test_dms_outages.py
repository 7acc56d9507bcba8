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
    for side in (dms.source, dms.target):
        on(side, USERS)
    on(dms.source, "INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 10)")
    arn = dms.create(
        FullLoadSettings={"StopTaskCachedChangesApplied": False},
        ValidationSettings={"EnableValidation": True},
    )
    dms.start(arn)
    dms.until(lambda: "FullLoadFinishDate" in dms.task(arn).get("ReplicationTaskStats", {}))
    yield arn
    for cluster in (source_cluster, target_cluster):
        cluster.start()


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
    dms: Dms, running: str, source_cluster: Cluster
) -> None:
    source_cluster.stop("immediate")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    task = dms.task(running)
    assert task["StopReason"] == "Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE"
    assert "successive recovery failures" in task["LastFailureMessage"]
    source_cluster.start()
    on(dms.source, "INSERT INTO users (name) VALUES ('after')")
    dms.start(running, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(11,)])


def test_a_failed_task_applies_nothing_when_its_target_comes_back(
    dms: Dms, running: str, target_cluster: Cluster
) -> None:
    target_cluster.stop("immediate")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    target_cluster.start()
    enabled = "SELECT subenabled FROM pg_subscription"
    dms.until(lambda: on(dms.target, enabled) == [(False,)])
    on(dms.source, "INSERT INTO users (name) VALUES ('not yet')")
    dms.start(running, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users") == [(11,)])


def test_an_unreachable_target_is_named(dms: Dms, running: str, target_cluster: Cluster) -> None:
    dms.client.stop_replication_task(ReplicationTaskArn=running)
    dms.until_status(running, "stopped")
    target_cluster.stop("immediate")
    dms.start(running, "resume-processing")
    dms.until(lambda: dms.task(running)["Status"] == "failed")
    assert "connection" in dms.task(running)["LastFailureMessage"]
