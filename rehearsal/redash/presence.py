"""Who is at work: workers and the scheduler say so in redis, where the server reads it.

A queue that no worker serves takes jobs and runs none. As short of RQ as that allows: a key for
each worker with its queues, one for the scheduler's last round, and Redash's own keys of paused
data sources. The stand-in's jobs are run by the server itself, as soon as a worker would.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from threading import Lock
from typing import Any

from rehearsal.redash.image.redis import from_url

WORKER = "rq:worker:"
STATUS = "redash:status"
FORGOTTEN_AFTER = 60.0
"""Seconds after which a worker that says nothing is taken for gone."""


class Presence:
    """One redis; RedisError where it does not answer."""

    def __init__(self, url: str) -> None:
        self._redis = from_url(url, socket_timeout=5)
        self._lock = Lock()

    def at_work(self, name: str, queues: Iterable[str]) -> None:
        """A worker serves these queues now."""
        with self._lock:
            self._redis.set(
                WORKER + name, json.dumps({"queues": sorted(queues), "at": time.time()})
            )

    def gone(self, name: str) -> None:
        """It does no more."""
        with self._lock:
            self._redis.delete(WORKER + name)

    def scheduled(self) -> None:
        """The scheduler has had its round."""
        with self._lock:
            self._redis.set(STATUS, str(time.time()))

    def workers(self) -> list[dict[str, Any]]:
        """Those at work, as Redash's administrators see them."""
        with self._lock:
            names = list(self._redis.scan_iter(match=WORKER + "*"))
            told = [(name.decode(), json.loads(self._redis.get(name.decode()))) for name in names]
        return [
            {"name": name.removeprefix(WORKER), "queues": ", ".join(one["queues"]), "state": "idle"}
            for name, one in told
            if time.time() - one["at"] < FORGOTTEN_AFTER
        ]

    def served(self) -> set[str]:
        """Queues that have a worker."""
        return {queue for one in self.workers() for queue in str(one["queues"]).split(", ")}

    def last_refresh(self) -> str:
        """When the scheduler had its last round, in seconds since 1970; "" when it had none."""
        with self._lock:
            return self._redis.get(STATUS).decode()

    def paused(self) -> set[int]:
        """Ids of paused data sources."""
        with self._lock:
            keys = [key.decode() for key in self._redis.scan_iter(match="ds:*:pause")]
        found = (re.fullmatch(r"ds:(\d+):pause", key) for key in keys)
        return {int(one[1]) for one in found if one}

    def pause(self, number: int, reason: str) -> None:
        """Pause a data source."""
        with self._lock:
            self._redis.set(f"ds:{number}:pause", reason)

    def resume(self, number: int) -> None:
        """Let its scheduled queries run again."""
        with self._lock:
            self._redis.delete(f"ds:{number}:pause")
