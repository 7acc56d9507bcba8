"""The proxy that can be cut, between two ends of a real connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from rehearsal.faults.network.proxy import CuttableProxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says everything back; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(end,), daemon=True).start()

    def talk(end: socket.socket) -> None:
        with end:
            try:
                while piece := end.recv(4096):
                    end.sendall(piece)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[CuttableProxy]:
    made = CuttableProxy("127.0.0.1", echo).start()
    yield made
    made.stop()


def ask(session: socket.socket, text: bytes) -> bytes:
    try:
        session.sendall(text)
        return session.recv(4096)
    except OSError:
        return b""


def session(proxy: CuttableProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def test_it_passes_what_is_said(proxy: CuttableProxy) -> None:
    with session(proxy) as one:
        assert ask(one, b"hello") == b"hello"


def test_a_cut_ends_every_session_and_lets_new_ones_in(proxy: CuttableProxy) -> None:
    with session(proxy) as one, session(proxy) as other:
        assert ask(one, b"a") == ask(other, b"a") == b"a"
        proxy.cut()
        assert ask(one, b"b") == ask(other, b"b") == b""
        assert proxy.cuts == 2
    with session(proxy) as again:
        assert ask(again, b"c") == b"c"


def test_a_copy_is_cut_after_so_many_bytes_and_others_are_not(proxy: CuttableProxy) -> None:
    proxy.cut_in_copy(2000)
    with session(proxy) as other, session(proxy) as copying:
        assert ask(copying, b"COPY t TO STDOUT") == b"COPY t TO STDOUT"
        assert ask(copying, b"x" * 3000) == b""
        assert ask(other, b"y" * 3000)[:1] == b"y"
    assert proxy.cuts == 1
    with session(proxy) as again:
        assert ask(again, b"COPY t TO STDOUT") == b"COPY t TO STDOUT"


def test_nobody_gets_through_while_it_refuses(proxy: CuttableProxy) -> None:
    proxy.refusing = True
    with session(proxy) as one:
        assert ask(one, b"a") == b""
    proxy.refusing = False
    with session(proxy) as again:
        assert ask(again, b"b") == b"b"
