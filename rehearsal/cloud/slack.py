"""A catcher for Slack's incoming webhooks and response URLs."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rehearsal.cloud.journal import now


class SlackCatcher:
    """Writes each message that is posted to ``url`` into a file; answers "ok" as Slack does.

    ``failing`` is a status with which it answers instead, None for "ok".
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.failing: int | None = None
        self._count = itertools.count(1)
        self._messages: list[dict[str, Any]] = []
        self._arrived = threading.Condition()

        class Handler(_Handler):
            catcher = self

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="Slack", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The webhook's address; other paths below /services and /actions work alike."""
        return f"http://127.0.0.1:{self._server.server_port}/services/T000/B000/rehearsal"

    def messages(self) -> list[dict[str, Any]]:
        """What was posted, oldest first."""
        with self._arrived:
            return list(self._messages)

    def catch(self, path: str, body: bytes) -> None:
        """Keep one message."""
        try:
            message = json.loads(body)
        except ValueError:
            message = body.decode(errors="replace")
        record = {"at": now(), "path": path, "message": message}
        with self._arrived:
            target = self.directory / f"{next(self._count):04}.json"
            text = json.dumps(record, ensure_ascii=False, indent=1)
            target.write_text(text, encoding="utf-8")
            self._messages.append(message)
            self._arrived.notify_all()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    catcher: SlackCatcher
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        failing = self.catcher.failing
        if failing is None:
            self.catcher.catch(self.path, body)
        answer = b"ok" if failing is None else b"made to fail"
        self.send_response(failing or 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
