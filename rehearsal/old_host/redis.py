"""What redis-cli says on the old host: queue lengths, paused data sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from redash_migration.host.services import COUNT_JOBS


class Redis:
    """A few keys, each a list of jobs, a set or a string."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}
        self.sets: dict[str, set[str]] = {
            "rq:queues": {"rq:queue:queries", "rq:queue:scheduled_queries", "rq:queue:default"}
        }
        self.strings: dict[str, str] = {}

    def pause(self, data_source: int, reason: str = "") -> None:
        """Pause a data source, as an administrator does."""
        self.strings[f"ds:{data_source}:pause"] = reason

    def command_line(self, arguments: Sequence[str]) -> str:
        """The output of ``redis-cli`` for these arguments, when not on a terminal."""
        words = list(arguments)
        pattern = ""
        scan = False
        while words and words[0].startswith("-"):
            option = words.pop(0)
            scan = scan or option == "--scan"
            if option in {"-h", "-p", "-n", "-a", "-u", "--user", "--pass"} and words:
                words.pop(0)
            elif option == "--pattern" and words:
                pattern = words.pop(0)
        if scan:
            return _lines(self._matching(pattern or "*"))
        if not words:
            return ""
        answer = _COMMANDS.get(words[0].lower())
        if answer is None:
            return f"ERR unknown command '{words[0]}'\n"
        return answer(self, [*words[1:], ""])

    def _matching(self, pattern: str) -> list[str]:
        keys = [*self.strings, *self.sets, *(key for key, jobs in self.lists.items() if jobs)]
        return sorted(key for key in keys if fnmatchcase(key, pattern))

    def _scan(self, words: Sequence[str]) -> str:
        lower = [word.lower() for word in words]
        pattern = words[lower.index("match") + 1] if "match" in lower else "*"
        return _lines(["0", *self._matching(pattern)])

    def _eval(self, words: Sequence[str]) -> str:
        """The one script that is known here; keys that a script names itself need no list."""
        if list(words[:2]) != [COUNT_JOBS, "0"]:
            return "ERR this redis knows the counting of jobs alone\n"
        counted = [*self._matching("rq:queue:*"), *self._matching("rq:wip:*")]
        return f"{sum(self._size(key) for key in counted)}\n"

    def _size(self, key: str) -> int:
        return len(self.lists.get(key, ())) or len(self.sets.get(key, ()))


_COMMANDS: dict[str, Callable[[Redis, Sequence[str]], str]] = {
    "ping": lambda _redis, _words: "PONG\n",
    "llen": lambda redis, words: f"{redis._size(words[0])}\n",
    "scard": lambda redis, words: f"{redis._size(words[0])}\n",
    "zcard": lambda redis, words: f"{redis._size(words[0])}\n",
    "exists": lambda redis, words: f"{int(words[0] in redis._matching('*'))}\n",
    "get": lambda redis, words: f"{redis.strings.get(words[0], '')}\n",
    "ttl": lambda redis, words: f"{-1 if words[0] in redis.strings else -2}\n",
    "smembers": lambda redis, words: _lines(sorted(redis.sets.get(words[0], ()))),
    "lrange": lambda redis, words: _lines(redis.lists.get(words[0], [])),
    "keys": lambda redis, words: _lines(redis._matching(words[0])),
    "scan": Redis._scan,
    "eval": Redis._eval,
    "dbsize": lambda redis, _words: f"{len(redis._matching('*'))}\n",
    "info": lambda _redis, _words: "# Server\nredis_version:7.2.5\n",
    "save": lambda _redis, _words: "OK\n",
    "del": lambda redis, words: f"{int(redis.strings.pop(words[0], None) is not None)}\n",
}


def _lines(values: Sequence[str]) -> str:
    return "".join(f"{value}\n" for value in values)
