"""Who goes away in the middle of a word is no traceback in somebody's terminal."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, TCPServer
from typing import Any

import pytest

from rehearsal.cloud.web.leaving import ClientsMayLeave
from rehearsal.load_balancer.proxy import Proxy
from rehearsal.old_host.docker import daemon
from rehearsal.old_host.redis import Redis
from rehearsal.old_host.redis_protocol import PathServer, Server

SERVERS = (Proxy, Server, PathServer, daemon._Server)


class _Failing(StreamRequestHandler):
    def handle(self) -> None:
        raise ValueError(self.rfile.readline())


@pytest.fixture
def serving() -> Iterator[Callable[[Any], tuple[str, int]]]:
    """``serving(server)`` -> its address, with it at work until the test's end."""
    made: list[BaseServer] = []

    def serve(server: Any) -> tuple[str, int]:
        made.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address: tuple[str, int] = server.server_address
        return address

    yield serve
    for server in made:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.__module__.split(".")[-1])
def test_each_server_of_the_rehearsal_s_own_process_lets_clients_leave(kind: type) -> None:
    assert kind.handle_error is ClientsMayLeave.handle_error  # type: ignore[attr-defined]


@pytest.mark.parametrize("word", [b"*2\r\n$4\r\nPI", b"GET / HTTP/1.1\r\nHost: a"])
@pytest.mark.parametrize("which", ["redis", "proxy"])
def test_a_connection_that_is_reset_is_silent(
    serving: Callable[[Any], tuple[str, int]],
    capfd: pytest.CaptureFixture[str],
    which: str,
    word: bytes,
) -> None:
    server: Any = Server(Redis("", 0)) if which == "redis" else Proxy(0, None)  # type: ignore[arg-type]
    handled = threading.Event()
    ended = server.shutdown_request

    def end(request: Any) -> None:
        ended(request)
        handled.set()

    server.shutdown_request = end
    client = socket.create_connection(serving(server))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sendall(word)
    client.close()
    assert handled.wait(10)
    assert "Traceback" not in capfd.readouterr().err


def test_what_is_wrong_with_a_server_itself_is_told(
    serving: Callable[[Any], tuple[str, int]], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    class Broken(ClientsMayLeave, TCPServer):
        pass

    server: Any = Broken(("127.0.0.1", 0), _Failing)
    with socket.create_connection(serving(server)) as client:
        client.sendall(b"x\n")
        assert client.recv(1) == b""
    assert "ValueError" in capfd.readouterr().err
