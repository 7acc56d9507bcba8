"""The old host's redis, asked over its protocol as a Redash image asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal.old_host.redis import Redis
from rehearsal.redash.image.redis import Redis as Client
from rehearsal.redash.image.redis import RedisError, from_url


@pytest.fixture
def redis() -> Iterator[Redis]:
    redis = Redis("pa:ss@w", 3)
    redis.lists["rq:queue:queries"] = ["job-1", "job-2"]
    redis.pause(3, "保守")
    redis.start()
    yield redis
    redis.stop()


def test_the_address_holds_password_and_number(redis: Redis) -> None:
    client = from_url(f"redis://:pa%3Ass%40w@127.0.0.1:{redis.port}/3")
    assert client.ping()
    assert client.llen("rq:queue:queries") == 2
    assert client.type("rq:queues") == b"set"
    assert b"rq:queue:default" in client.smembers("rq:queues")
    assert client.get("ds:3:pause").decode() == "保守"
    assert list(client.scan_iter(match="ds:*:pause")) == [b"ds:3:pause"]
    with pytest.raises(RedisError, match="WRONGTYPE"):
        client.llen("ds:3:pause")
    client.close()
    other = from_url(f"redis://:pa%3Ass%40w@127.0.0.1:{redis.port}/0")
    assert other.llen("rq:queue:queries") == 0
    other.close()


def test_without_the_password_nothing_is_said(redis: Redis) -> None:
    assert refused(from_url(f"redis://127.0.0.1:{redis.port}/3")).startswith("NOAUTH")
    port = redis.port
    redis.stop()
    assert refused(from_url(f"redis://:pa%3Ass%40w@127.0.0.1:{port}/3"))


def refused(client: Client) -> str:
    try:
        with pytest.raises(RedisError) as found:
            client.ping()
    finally:
        client.close()
    return str(found.value)
