"""host/forward.py: a port that leads to another, as the migration's own container runs it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from rehearsal.ports import free_port

PROGRAM = Path(__file__).parents[3] / "host" / "forward.py"


class Shouting(StreamRequestHandler):
    """Reads until the client has said all, and only then answers, louder."""

    def handle(self) -> None:
        self.wfile.write(self.rfile.read().upper())


class Target(ThreadingTCPServer):
    """What the port leads to."""

    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def target() -> Iterator[Target]:
    with Target(("127.0.0.1", 0), Shouting) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def port(target: Target) -> Iterator[int]:
    own = free_port()
    words = [sys.executable, str(PROGRAM), "127.0.0.1", str(target.server_address[1]), str(own)]
    process = subprocess.Popen(words)
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", own), 1).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield own
    process.terminate()
    process.wait()


def say_all(client: socket.socket, text: bytes) -> None:
    client.sendall(text)
    client.shutdown(socket.SHUT_WR)


def asked(port: int, text: bytes) -> bytes:
    """What comes back for a text whose end is made known by closing one direction alone."""
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        Thread(target=say_all, args=[client, text]).start()
        with client.makefile("rb") as stream:
            return stream.read()


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_every_byte_goes_both_ways_and_an_end_is_passed_on(port: int, size: int) -> None:
    assert asked(port, b"x" * size) == b"X" * size


def test_connections_do_not_wait_for_each_other(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as idle:
        assert [asked(port, b"meanwhile") for _ in range(5)] == [b"MEANWHILE"] * 5
        idle.sendall(b"late")
        idle.shutdown(socket.SHUT_WR)
        assert idle.recv(10) == b"LATE"


def test_a_target_that_is_away_ends_the_connection_and_nothing_else(
    port: int, target: Target
) -> None:
    target.socket.close()
    with socket.create_connection(("127.0.0.1", port), 20) as refused:
        assert refused.recv(10) == b""
    again = Target(target.server_address[:2], Shouting)
    with again:
        Thread(target=again.serve_forever, args=[0.01], daemon=True).start()
        assert asked(port, b"back") == b"BACK"
        again.shutdown()
