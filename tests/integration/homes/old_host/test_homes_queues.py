"""The old queues: what is waited for while users work, and what stays when the workers stop."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from redash_migration.host.inspection import worker_processes
from redash_migration.host.queues import cut_off, what_stays
from rehearsal.ecs.once import IMAGE
from rehearsal.old_host.redis import Redis

PROGRAM = Path(__file__).parents[4] / "host" / "queues.py"
QUEUES = ("default", "emails", "periodic", "queries", "scheduled_queries", "schemas")


@pytest.fixture
def redis() -> Iterator[Redis]:
    made = Redis("pa:ss@w", 3)
    made.sets["rq:queues"] = {f"rq:queue:{name}" for name in QUEUES}
    made.start()
    yield made
    made.stop()


def queued(redis: Redis, queue: str, job: str, task: str) -> None:
    redis.lists.setdefault(f"rq:queue:{queue}", []).append(job)
    redis.hashes[f"rq:job:{job}"] = {"description": f"redash.tasks.{task}(...)"}


def at_work(redis: Redis, queue: str, job: str, task: str, *, alive: bool = True) -> None:
    redis.at_work[f"rq:wip:{queue}"] = [f"{job}:an-execution"]
    redis.hashes[f"rq:job:{job}"] = {"description": f"redash.tasks.{task}(...)"}
    redis.sets["rq:workers"] = {"rq:worker:one"}
    redis.hashes["rq:worker:one"] = {"current_job": job if alive else ""}


OVER_TCP = "redis://:pa%3Ass%40w@127.0.0.1:{port}/3"


def begun(redis: Redis, *arguments: str, address: str = OVER_TCP) -> subprocess.Popen[str]:
    address = address.format(port=redis.port)
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(IMAGE), "REDASH_REDIS_URL": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate("", timeout=30)
    assert process.returncode == 0, errors
    return output


NOT_WAITED_FOR = {
    "what a click has queued": lambda redis: queued(redis, "default", "e", "general.record_event"),
    "an event at work": lambda redis: at_work(redis, "default", "e", "general.record_event"),
    "a schema, which redis alone keeps": lambda redis: queued(redis, "schemas", "s", "get_schema"),
    "what a dead worker has left behind": lambda redis: at_work(
        redis, "queries", "q", "queries.execution.execute_query", alive=False
    ),
}
WAITED_FOR = {
    "a query of a user": ("queries", "queries.execution.execute_query"),
    "a query by its schedule": ("scheduled_queries", "queries.execution.execute_query"),
    "a look at an alert": ("default", "alerts.check_alerts_for_query"),
    "a mail": ("emails", "general.send_mail"),
    "the scheduler's own": ("periodic", "queries.maintenance.refresh_queries"),
    "a queue of their own": ("finance", "queries.execution.execute_query"),
}


@pytest.mark.parametrize("what", NOT_WAITED_FOR)
def test_while_users_work_nobody_waits_for_what_never_ends(redis: Redis, what: str) -> None:
    NOT_WAITED_FOR[what](redis)
    assert said(begun(redis, "wait", "20")).endswith("@left 0\n")


@pytest.mark.parametrize("what", WAITED_FOR)
@pytest.mark.parametrize("runs", [True, False])
def test_what_was_there_is_waited_for(redis: Redis, what: str, runs: bool) -> None:
    queue, task = WAITED_FOR[what]
    redis.sets["rq:queues"].add(f"rq:queue:{queue}")
    (at_work if runs else queued)(redis, queue, "j", task)
    answer = said(begun(redis, "wait", "0"))
    assert answer == "@left 1\n"
    assert cut_off(answer).status == "WARN"


def test_what_that_queues_is_waited_for_and_users_queries_are_not(redis: Redis) -> None:
    at_work(redis, "scheduled_queries", "first", "queries.execution.execute_query")
    waiting = begun(redis, "wait", "20")
    while not redis.asked("rq:wip:scheduled_queries"):
        time.sleep(0.01)
    queued(redis, "queries", "a user's", "queries.execution.execute_query")
    queued(redis, "default", "alert", "alerts.check_alerts_for_query")
    redis.at_work.clear()
    time.sleep(0.5)
    assert waiting.poll() is None, "its alert has not been looked at"
    redis.lists["rq:queue:default"].clear()
    assert said(waiting) == "@left 0\n"


def test_the_workers_have_a_moment_once_the_servers_have_stopped(redis: Redis) -> None:
    queued(redis, "default", "e", "general.record_event")
    ending = begun(redis, "end", "20")
    time.sleep(0.3)
    assert ending.poll() is None, "the servers still stop"
    redis.lists.clear()
    answer = said(ending)
    assert answer == "@stays all 0\n"
    assert what_stays(answer).status == "PASS"


def test_what_stays_is_told_by_its_task(redis: Redis) -> None:
    for number in range(3):
        queued(redis, "default", f"e{number}", "general.record_event")
    queued(redis, "default", "a", "alerts.check_alerts_for_query")
    queued(redis, "schemas", "s", "general.get_schema")
    check = what_stays(said(begun(redis, "end", "0")))
    assert (check.id, check.status) == ("host.jobs_left", "WARN")
    assert "4 jobs" in check.detail
    assert "check_alerts_for_query (1), record_event (3)" in check.detail
    assert what_stays("").status == "WARN", "not seen is not none"


@pytest.mark.parametrize("action", ["look", "wait", "end"])
def test_a_redis_that_refuses_holds_nobody_up(redis: Redis, action: str) -> None:
    process = begun(redis, action, "20", address="redis://:wrong@127.0.0.1:{port}/3")
    output, errors = process.communicate("", timeout=30)
    assert process.returncode == 1
    assert output == ""
    assert errors == "redis: RedisError\n"


ADDRESSES = {
    "a user of its own": (
        Redis("p@ss", 3, user="redash"),
        "redis://redash:p%40ss@127.0.0.1:{port}/3",
    ),
    "a socket": (Redis("", 0, path="redis.sock"), "unix://{place}/redis.sock"),
    "a socket and a password": (
        Redis("pw", 2, path="redis.sock"),
        "unix://:pw@{place}/redis.sock?db=2",
    ),
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_it_is_asked_by_whatever_address_redash_has(kind: str) -> None:
    redis, address = ADDRESSES[kind]
    with tempfile.TemporaryDirectory(prefix="r") as place:  # a socket's path has to be short
        if redis.path:
            redis.path = f"{place}/redis.sock"
        redis.sets["rq:queues"] = {"rq:queue:queries"}
        redis.start()
        try:
            queued(redis, "queries", "q", "queries.execution.execute_query")
            asked = address.replace("{place}", place)
            assert "@queue queries 1 0" in said(begun(redis, "look", address=asked))
            assert said(begun(redis, "wait", "0", address=asked)) == "@left 1\n"
            assert said(begun(redis, "end", "0", address=asked)).endswith("@stays all 1\n")
        finally:
            redis.stop()


def test_where_workers_are_at_home(redis: Redis) -> None:
    redis.sets["rq:workers"] = {"rq:worker:a", "rq:worker:b", "rq:worker:c", "rq:worker:gone"}
    for name, host in (("a", "4f1c"), ("b", "4f1c"), ("c", "ip-10-0-0-7.internal")):
        redis.hashes[f"rq:worker:{name}"] = {"hostname": host}
    lines = [one for one in said(begun(redis, "look")).splitlines() if "worker_at" in one]
    assert lines == ["@worker_at 4f1c", "@worker_at ip-10-0-0-7.internal"]


def test_how_many_serve_a_queue(redis: Redis) -> None:
    redis.sets["rq:workers"] = {"rq:worker:a", "rq:worker:b", "rq:worker:gone"}
    redis.hashes["rq:worker:a"] = {"hostname": "h", "queues": "queries"}
    redis.hashes["rq:worker:b"] = {"hostname": "h", "queues": "queries,scheduled_queries"}
    lines = [one for one in said(begun(redis, "look")).splitlines() if "served" in one]
    assert lines == ["@served queries 2", "@served scheduled_queries 1"]
    assert worker_processes("\n".join(lines)) == {"queries": 2, "scheduled_queries": 1}
