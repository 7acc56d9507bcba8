"""The old host's redis: a few commands over its own protocol, behind a password if wanted."""

from __future__ import annotations

import re
import secrets
import ssl
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from threading import Thread
from typing import Protocol

from rehearsal.old_host.redis_protocol import ERROR, PathServer, Server

WRITING = frozenset({"del", "lrem", "srem", "zrem", "hdel", "expire", "rpush", "set"})
"""What a replica refuses, and one shard of a cluster for keys of another."""


def paused_by(keys: Iterable[str]) -> set[int]:
    """Ids of the data sources that are paused, as redis' keys say."""
    return {int(found[1]) for key in keys if (found := re.fullmatch(r"ds:(\d+):pause", key))}


class QueueStore(Protocol):
    """What holds the queues: the stand-in below, or a real redis."""

    @property
    def running(self) -> bool:
        """Whether it listens."""

    @property
    def port(self) -> int:
        """Where on this machine."""

    def start(self) -> None:
        """Listen; nothing while it does."""

    def stop(self) -> None:
        """Listen no more."""

    def pause(self, data_source: int, reason: str = "") -> None:
        """Pause a data source, as an administrator does."""

    def resume(self, data_source: int) -> None:
        """Resume one."""

    def paused(self) -> set[int]:
        """Ids of the data sources that are paused."""


class Redis:
    """Keys in numbered databases: lists of jobs, sets, strings, jobs at work, what is said of each.

    ``start`` listens on a port of this machine, or at ``path``, a socket's; until then, and after
    ``stop``, nobody answers. A ``user`` may have the password, in place of the default one, and may
    not use the commands ``denied``. With ``tls`` it speaks nothing else.
    """

    def __init__(
        self,
        password: str = "",
        number: int = 0,
        *,
        user: str = "default",
        path: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.password = password
        self.number = number
        self.user = user
        self.path = path
        self.tls = tls
        self.denied: set[str] = set()
        self.lists: dict[str, list[str]] = {}
        self.sets: dict[str, set[str]] = {
            "rq:queues": {"rq:queue:queries", "rq:queue:scheduled_queries", "rq:queue:default"}
        }
        self.strings: dict[str, str] = {}
        self.at_work: dict[str, list[str]] = {}
        self.hashes: dict[str, dict[str, str]] = {}
        self.info = {
            "run_id": secrets.token_hex(20),
            "role": "master",
            "cluster_enabled": "0",
            "maxmemory_policy": "noeviction",
        }
        self._server: Server | PathServer | None = None
        self._asked: set[str] = set()

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    @property
    def port(self) -> int:
        """Where it listens; 1, where nobody does, while it is down."""
        return self._server.server_address[1] if isinstance(self._server, Server) else 1

    def start(self) -> None:
        """Listen; nothing while it does."""
        if self._server is None:
            self._server = PathServer(self, self.path) if self.path else Server(self)
            Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def pause(self, data_source: int, reason: str = "") -> None:
        """Pause a data source, as an administrator does."""
        self.strings[f"ds:{data_source}:pause"] = reason

    def resume(self, data_source: int) -> None:
        """Resume one."""
        self.strings.pop(f"ds:{data_source}:pause", None)

    def paused(self) -> set[int]:
        """Ids of the data sources that are paused."""
        return paused_by(self.strings)

    def asked(self, key: str) -> bool:
        """Whether anybody has asked for this key."""
        return key in self._asked

    def answer(self, words: Sequence[str], number: int) -> str | int | list[object]:
        """The answer to a command in a database; a text that begins with ERROR is an error."""
        self._asked.update(words[1:2])
        command = _COMMANDS.get(words[0].lower())
        if words[0].lower() in self.denied:
            return f"-NOPERM this user has no permissions to run the '{words[0].lower()}' command"
        if words[0].lower() in WRITING and self.info.get("role") == "slave":
            return "-READONLY You can't write against a read only replica."
        if words[0].lower() in WRITING and self.info.get("cluster_enabled") == "1":
            return "-MOVED 3999 10.0.0.9:6379"
        if command is None:
            return f"{ERROR}unknown command '{words[0]}'"
        empty = Redis()
        empty.sets, empty.info = {}, self.info
        return command(self if number == self.number else empty, [*words[1:], ""])

    def _matching(self, pattern: str) -> list[str]:
        keys = [*self.strings, *self.sets, *(key for key, jobs in self.lists.items() if jobs)]
        return sorted(key for key in keys if fnmatchcase(key, pattern))

    def _scan(self, words: Sequence[str]) -> list[object]:
        lower = [word.lower() for word in words]
        pattern = words[lower.index("match") + 1] if "match" in lower else "*"
        return ["0", list(self._matching(pattern))]

    def _type(self, key: str) -> str:
        kinds = {
            "list": bool(self.lists.get(key)),
            "set": key in self.sets,
            "zset": bool(self.at_work.get(key)),
            "hash": key in self.hashes,
        }
        return next((kind for kind, is_one in kinds.items() if is_one),
                    "string" if key in self.strings else "none")  # fmt: skip

    def _length(self, key: str) -> str | int:
        if self._type(key) not in {"list", "none"}:
            return "-WRONGTYPE Operation against a key holding the wrong kind of value"
        return len(self.lists.get(key, ()))

    def _range(self, kept: Sequence[str], words: Sequence[str]) -> list[object]:
        first, last = int(words[1]), int(words[2])
        return [*kept[first : None if last == -1 else last + 1]]

    def _push(self, key: str, job: str) -> int:
        self.lists.setdefault(key, []).append(job)
        return len(self.lists[key])

    def _delete(self, key: str) -> int:
        return int(self.strings.pop(key, None) is not None)

    def _set(self, key: str, value: str) -> str:
        self.strings[key] = value
        return "+OK"

    def _info(self) -> str:
        return "# Server\r\n" + "".join(f"{name}:{value}\r\n" for name, value in self.info.items())


_COMMANDS: dict[str, Callable[[Redis, Sequence[str]], str | int | list[object]]] = {
    "ping": lambda _redis, _words: "+PONG",
    "type": lambda redis, words: f"+{redis._type(words[0])}",
    "llen": lambda redis, words: redis._length(words[0]),
    "rpush": lambda redis, words: redis._push(words[0], words[1]),
    "lrange": lambda redis, words: redis._range(redis.lists.get(words[0], []), words),
    "zrange": lambda redis, words: redis._range(redis.at_work.get(words[0], []), words),
    "hget": lambda redis, words: redis.hashes.get(words[0], {}).get(words[1], ""),
    "exists": lambda redis, words: int(words[0] in redis._matching("*")),
    "get": lambda redis, words: redis.strings.get(words[0], ""),
    "del": lambda redis, words: redis._delete(words[0]),
    "set": lambda redis, words: redis._set(words[0], words[1]),
    "smembers": lambda redis, words: [*sorted(redis.sets.get(words[0], ()))],
    "keys": lambda redis, words: list(redis._matching(words[0])),
    **dict.fromkeys(
        ("lrem", "srem", "zrem", "hdel", "expire", "publish"), lambda _redis, _words: 0
    ),
    "scan": Redis._scan,
    "info": lambda redis, _words: redis._info(),
}
