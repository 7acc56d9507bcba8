"""The endpoint from which a runtime takes its next event and to which it posts the answer.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, with the instance's id in front of
the path, so that one server serves all instances; and before that a secret of this run, because
whoever asks there gets events with their task tokens, and may answer for a function: no page in a
browser, and no other user of this machine.
"""

from __future__ import annotations

import hmac
import json
import queue
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from rehearsal.cloud.web.local_http import LocalHttp, announced


class Desk(Protocol):
    """One instance's side of the conversation."""

    inbox: queue.SimpleQueue[Any]

    def ready(self) -> None:
        """The runtime asks for work."""

    def answered(self, request_id: str, body: bytes) -> None:
        """The handler returned."""

    def failed(self, request_id: str, error: dict[str, Any]) -> None:
        """The handler raised."""

    def not_initialised(self, error: dict[str, Any]) -> None:
        """The handler's module could not be loaded."""


class RuntimeApi:
    """The HTTP server; ``desk_of`` finds the instance by its id."""

    def __init__(self, desk_of: Callable[[str], Desk | None]) -> None:
        self._secret = secrets.token_urlsafe(24)

        class Handler(_Handler):
            desks = staticmethod(desk_of)
            secret = self._secret

        self._server = LocalHttp(Handler, "runtime API")

    @property
    def address(self) -> str:
        """host:port and the secret; with the instance's id, what AWS_LAMBDA_RUNTIME_API wants."""
        return f"{self._server.address}/{self._secret}"

    def stop(self) -> None:
        """Close the endpoint; instances that still ask get no answer."""
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # With Nagle's algorithm each answer would wait for the acknowledgement of its header.
    disable_nagle_algorithm = True
    wbufsize = -1
    desks: Callable[[str], Desk | None]
    secret: str

    def do_GET(self) -> None:
        desk, path = self._desk()
        if desk is None or not path.endswith("/runtime/invocation/next"):
            self._reply(404)
            return
        desk.ready()
        work = desk.inbox.get()
        if work is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": work.request_id,
            "Lambda-Runtime-Deadline-Ms": str(work.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": work.arn,
            # The client crashes where this header is missing.
            "Lambda-Runtime-Trace-Id": f"Root=1-00000000-{work.request_id.replace('-', '')[:24]}",
            "Content-Type": "application/json",
        }
        if work.client_context:
            headers["Lambda-Runtime-Client-Context"] = work.client_context
        self._reply(200, work.payload, headers)

    def do_POST(self) -> None:
        desk, path = self._desk()
        if desk is None:
            self.close_connection = True  # a stranger's body is not waited for
            self._reply(404)
            return
        body = self.rfile.read(announced(self.headers))
        # Before the reply, after which the process may be gone: what it said counts.
        parts = path.split("/")
        if path.endswith("/init/error"):
            desk.not_initialised(json.loads(body))
        elif parts[-1] == "response":
            desk.answered(parts[-2], body)
        elif parts[-1] == "error":
            desk.failed(parts[-2], json.loads(body))
        self._reply(202, b'{"status":"OK"}')

    def _desk(self) -> tuple[Desk | None, str]:
        secret, _, rest = self.path.lstrip("/").partition("/")
        instance, _, path = rest.partition("/")
        known = hmac.compare_digest(secret.encode(), self.secret.encode())
        return type(self).desks(instance) if known else None, "/" + path

    def _reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: each function has its own log."""
