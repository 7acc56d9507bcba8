"""An HTTP server of this machine alone, at work in a thread of its own."""

from __future__ import annotations

import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_BYTES = 256 << 20
"""No body that any server here takes is longer."""


def announced(headers: Message) -> int:
    """How many bytes of body follow; ValueError where Content-Length is none (RFC 9110, 8.6)."""
    return as_length(headers.get("Content-Length"))


def as_length(text: str | None) -> int:
    """The same of the header's text; none is no body. Asked before a byte of a body is read."""
    text = text or "0"
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_BYTES):
        raise ValueError(text)
    return int(text)


class LocalHttp(ThreadingHTTPServer):
    """Serves on a free port from the moment it is made, until ``stop``."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], name: str) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.1,), name=name, daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self.server_port}"

    def stop(self) -> None:
        """Close the port; who still asks gets no answer."""
        self.shutdown()
        self.server_close()
        self._thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or is killed, is no error."""
