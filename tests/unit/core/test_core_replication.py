"""The replication task by the clock: looks that end, and a description that lags behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from redash_migration.clock import looks
from redash_migration.errors import ReplicationTaskFailed, TransientFailure
from redash_migration.record import Record
from redash_migration.replication.configuration import delete_task
from redash_migration.replication.engine_version import engine_check
from redash_migration.replication.sync import in_sync, resume_change_capture
from redash_migration.replication.task import TaskTruth


class Slow:
    """A clock that sleeping moves, and every look by so many seconds."""

    def __init__(self, look: float) -> None:
        self.time = 0.0
        self.look = look
        self.turns = 0

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def now(self) -> float:
        return self.time

    def task_called(self, identifier: str) -> TaskTruth:
        del identifier
        self.turns += 1
        self.time += self.look
        return TaskTruth("arn", "deleting", "", "", "")


@pytest.mark.parametrize("look", [0.0, 1.5, 7.0])
def test_a_task_that_stays_is_given_up_by_the_clock(look: float) -> None:
    slow: Any = Slow(look)
    with pytest.raises(TransientFailure, match="still there after 60 s"):
        delete_task(slow, "redash", slow.sleep, 60, slow.now)
    assert 60 <= slow.time <= 60 + 2 * look + 0.5


def test_there_is_always_a_first_look() -> None:
    assert len(list(looks(0, every=1, sleep=lambda _: None))) == 1


@pytest.mark.parametrize(
    ("major", "engine", "status"),
    [
        (12, "3.4.2", "PASS"),
        (13, "3.4.3", "PASS"),
        (13, "3.4.2", "FAIL"),
        (16, "3.5.2", "FAIL"),
        (16, "3.5.4", "PASS"),
        (17, "3.5.4", "FAIL"),
        (17, "3.6.1", "PASS"),
        (17, "3.10.0", "PASS"),
        (18, "3.6.1", "WARN"),
        (16, "", "UNKNOWN"),
        (16, "newest", "UNKNOWN"),
    ],
)
def test_an_engine_reads_the_versions_it_is_documented_for(
    major: int, engine: str, status: str
) -> None:
    check = engine_check(major, engine)
    assert check.status == status
    assert status != "FAIL" or "ReplicationEngineVersion=" in check.remedy


class Task:
    """A task whose description goes on saying what it was."""

    def __init__(self) -> None:
        self.status = "stopped"
        self.started = 0

    def task(self, arn: str) -> TaskTruth:
        return TaskTruth(arn, self.status, "STOPPED_AFTER_CACHED_EVENTS", "x", "")

    def start(self, arn: str, *, resume: bool) -> None:
        self.started += 1

    def statistics(self, arn: str) -> list[Any]:
        return []


def look(record: Record, task: Any) -> dict[str, Any]:
    metrics: Any = None
    return in_sync(record, task, metrics, instance="i", state="AwaitInSync", grace=1, limit=600)


def test_stopped_may_be_stale_for_two_minutes(record: Record) -> None:
    task: Any = Task()
    record.put_fact("task", {"arn": "arn", "identifier": "redash"})
    now = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
    record.clock = lambda: now
    with pytest.raises(ReplicationTaskFailed, match="stopped"):
        look(record, task)
    resume_change_capture(record, task)
    assert task.started == 1
    record.clock = lambda: now + timedelta(seconds=119)
    assert look(record, task)["waiting_for"] == ["the task is to go on"]
    record.clock = lambda: now + timedelta(seconds=121)
    with pytest.raises(ReplicationTaskFailed, match="stopped"):
        look(record, task)
    task.status = "failed"
    record.clock = lambda: now
    with pytest.raises(ReplicationTaskFailed, match="failed"):
        look(record, task)
