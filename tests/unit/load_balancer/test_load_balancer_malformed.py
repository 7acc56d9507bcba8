"""What is no HTTP is answered with 400, as by the services; the terminal hears nothing of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rehearsal.cloud.web.http_api import HttpApi
from rehearsal.load_balancer.proxy import Proxy

HEAD = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LENGTHS = [b"Content-Length: -5\r\n\r\n", b"Content-Length: abc\r\n\r\n"]
CHUNKS = [
    b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    b"Content-Length: 99999999999999\r\n\r\nx",
]


class _Nowhere:
    """A listener whose default is a fixed answer."""

    def action(self, _: object) -> Mapping[str, Any]:
        return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}

    def target(self, _: object) -> tuple[str, tuple[str, int] | None]:
        return "", None

    def count_error(self, _: str) -> None: ...


@pytest.fixture
def balancer() -> Iterator[int]:
    """Its port."""
    server = Proxy(0, _Nowhere())
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def answered(port: int, sent: bytes) -> bytes:
    """The first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        return client.makefile("rb").readline()


@pytest.mark.parametrize("rest", [*LENGTHS, *CHUNKS])
def test_the_load_balancer_refuses_it(
    balancer: int, capfd: pytest.CaptureFixture[str], rest: bytes
) -> None:
    assert b" 400 " in answered(balancer, HEAD + rest)
    assert b" 200 " in answered(balancer, HEAD + b"Content-Length: 1\r\n\r\nx")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("rest", LENGTHS)
def test_the_http_api_refuses_it(capfd: pytest.CaptureFixture[str], rest: bytes) -> None:
    api = HttpApi("page", lambda *_: None)
    try:
        assert b" 400 " in answered(int(api.url.rpartition(":")[2]), HEAD + rest)
    finally:
        api.stop()
    assert capfd.readouterr().err == ""
