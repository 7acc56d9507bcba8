"""Redis' protocol: words come in, an answer goes out, whoever is known by a password.

Redis, "Redis serialization protocol specification" (RESP2).
"""

from __future__ import annotations

import contextlib
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.web.leaving import ClientsMayLeave

if TYPE_CHECKING:
    from rehearsal.old_host.redis import Redis

ERROR = "-ERR "
DATABASES = 16
"""redis.conf, "databases": what there are unless somebody sets it otherwise."""


class Server(ClientsMayLeave, ThreadingTCPServer):
    """At a port of its own, with TLS where the redis has it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, redis: Redis) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.redis = redis

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, where a handshake holds up nobody else."""
        if self.redis.tls is None:
            super().finish_request(request, client_address)
            return
        with (
            contextlib.suppress(OSError),
            self.redis.tls.wrap_socket(request, server_side=True) as secure,
        ):
            super().finish_request(secure, client_address)


class PathServer(ClientsMayLeave, ThreadingUnixStreamServer):
    """At a path."""

    daemon_threads = True

    def __init__(self, redis: Redis, path: str) -> None:
        super().__init__(path, _Handler)
        self.redis = redis


class _Handler(StreamRequestHandler):
    server: Server | PathServer

    def handle(self) -> None:
        redis, number = self.server.redis, 0
        known = not redis.password
        while words := self._words():
            name = words[0].lower()
            if name == "auth":
                user = words[1] if len(words) > 2 else "default"
                known = (user, words[-1]) == (redis.user, redis.password)
                self._say("+OK" if known else "-WRONGPASS invalid username-password pair")
            elif not known:
                self._say("-NOAUTH Authentication required.")
            elif name == "select" and int(words[1]) >= DATABASES:
                self._say(f"{ERROR}DB index is out of range")
            elif name == "select":
                number = int(words[1])
                self._say("+OK")
            else:
                self._say(redis.answer(words, number))

    def _words(self) -> list[str]:
        head = self.rfile.readline().strip()
        if not head.startswith(b"*"):
            return []
        words = []
        for _ in range(int(head[1:])):
            size = int(self.rfile.readline().strip()[1:])
            words.append(self.rfile.read(size + 2)[:-2].decode())
        return words

    def _say(self, answer: object) -> None:
        self.wfile.write(_encoded(answer))


def _encoded(answer: object) -> bytes:
    if isinstance(answer, int):
        return f":{answer}\r\n".encode()
    if isinstance(answer, list):
        return f"*{len(answer)}\r\n".encode() + b"".join(map(_encoded, answer))
    text = str(answer)
    if text[:1] in {"+", "-"}:
        return f"{text}\r\n".encode()
    raw = text.encode()
    return b"$%d\r\n%s\r\n" % (len(raw), raw)
