"""Stands for redis-py in a Redash image: what the migration's questions need of it."""

from __future__ import annotations

import builtins
import socket
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class RedisError(Exception):
    """An error that the server answers, or no answer at all."""


def from_url(url: str, **options: Any) -> Redis:
    """A client for redis://[user][:password]@host:port/number or unix://[:password@]path?db=number.

    TypeError for what the class of the connection does not take, as redis-py raises it.
    """
    if url.startswith("unix:") and "socket_connect_timeout" in options:
        raise TypeError("unexpected keyword argument 'socket_connect_timeout'")
    return Redis(url, float(options.get("socket_timeout") or 5))


class Redis:
    """One connection, made at the first command."""

    def __init__(self, url: str, seconds: float) -> None:
        self._parts = urlsplit(url)
        self._seconds = seconds
        self._stream: Any = None

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._socket.close()

    def ping(self) -> bool:
        return bool(self._ask("PING") == b"PONG")

    def info(self) -> dict[str, Any]:
        lines = self._ask("INFO").decode().splitlines()
        found = dict(line.split(":", 1) for line in lines if ":" in line)
        return {k: int(v) if v.isdecimal() else v for k, v in found.items()}

    def type(self, key: str) -> bytes:
        return bytes(self._ask("TYPE", key))

    def llen(self, key: str) -> int:
        return int(self._ask("LLEN", key))

    def lrange(self, key: str, first: int, last: int) -> list[bytes]:
        return list(self._ask("LRANGE", key, str(first), str(last)))

    def zrange(self, key: str, first: int, last: int) -> list[bytes]:
        return list(self._ask("ZRANGE", key, str(first), str(last)))

    def hget(self, key: str | bytes, name: str) -> bytes | None:
        named = key.decode() if isinstance(key, bytes) else key
        return self._ask("HGET", named, name) or None

    def get(self, key: str) -> bytes:
        return bytes(self._ask("GET", key))

    def set(self, key: str, value: str) -> bool:
        return bool(self._ask("SET", key, value))

    def delete(self, key: str) -> int:
        return int(self._ask("DEL", key))

    def exists(self, key: str) -> int:
        return int(self._ask("EXISTS", key))

    def smembers(self, key: str) -> builtins.set[bytes]:
        return builtins.set(self._ask("SMEMBERS", key))

    def scan_iter(self, match: str = "*") -> Iterator[bytes]:
        _, keys = self._ask("SCAN", "0", "MATCH", match)
        yield from keys

    def execute_command(self, *words: object) -> Any:
        return self._ask(*map(str, words))

    def _ask(self, *words: str) -> Any:
        try:
            if self._stream is None:
                self._connect()
            return self._command(*words)
        except OSError as error:
            self._stream = None
            raise RedisError(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> None:
        parts = self._parts
        if parts.scheme == "unix":
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(self._seconds)
            self._socket.connect(parts.path)
        else:
            place = (parts.hostname or "localhost", parts.port or 6379)
            self._socket = socket.create_connection(place, self._seconds)
        if parts.scheme == "rediss":
            self._socket = self._encrypted(parse_qs(parts.query), parts.hostname or "localhost")
        self._stream = self._socket.makefile("rwb")
        if self._parts.password:
            user = [unquote(self._parts.username)] if self._parts.username else []
            self._command("AUTH", *user, unquote(self._parts.password))
        named = parse_qs(parts.query).get("db", [""])[0]
        number = named if parts.scheme == "unix" else parts.path.lstrip("/")
        self._command("SELECT", number or "0")

    def _encrypted(self, said: dict[str, list[str]], host: str) -> socket.socket:
        """As redis-py does: the system's authorities, unless the address names others, or none."""
        context = ssl.create_default_context(cafile=said.get("ssl_ca_certs", [None])[0])
        context.check_hostname = False
        if said.get("ssl_cert_reqs") == ["none"]:
            context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(self._socket, server_hostname=host)

    def _command(self, *words: str) -> Any:
        raw = [word.encode() for word in words]
        self._stream.write(b"*%d\r\n" % len(raw))
        for word in raw:
            self._stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
        self._stream.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self._stream.readline()
        kind, text = line[:1], line[1:].rstrip()
        if kind == b"+":
            return text
        if kind == b":":
            return int(text)
        if kind == b"$":
            return b"" if int(text) < 0 else self._stream.read(int(text) + 2)[:-2]
        if kind == b"*":
            return [self._answer() for _ in range(int(text))]
        raise RedisError(text.decode() or "no answer")
