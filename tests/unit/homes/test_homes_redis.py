"""redis-cli on the old host."""

from __future__ import annotations

import pytest

from rehearsal.old_host.redis import Redis


@pytest.fixture
def redis() -> Redis:
    redis = Redis()
    redis.lists["rq:queue:queries"] = ["job-1", "job-2"]
    redis.pause(3, "保守")
    return redis


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (["llen", "rq:queue:queries"], "2\n"),
        (["LLEN", "rq:queue:default"], "0\n"),
        (["--raw", "keys", "rq:queue:*"], "rq:queue:queries\n"),
        (["-h", "redis", "-p", "6379", "keys", "ds:*:pause"], "ds:3:pause\n"),
        (["--scan", "--pattern", "ds:*"], "ds:3:pause\n"),
        (["get", "ds:3:pause"], "保守\n"),
        (["exists", "ds:4:pause"], "0\n"),
        (["scard", "rq:queues"], "3\n"),
        (["ping"], "PONG\n"),
        (["flushall"], "ERR unknown command 'flushall'\n"),
        ([], ""),
    ],
)  # fmt: skip
def test_commands(redis: Redis, words: list[str], output: str) -> None:
    assert redis.command_line(words) == output


def test_an_empty_queue_has_no_key(redis: Redis) -> None:
    redis.lists["rq:queue:queries"].clear()
    assert redis.command_line(["keys", "rq:queue:*"]) == ""
