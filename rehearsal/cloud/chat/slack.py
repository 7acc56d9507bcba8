"""A stand-in for Slack: incoming webhooks, response URLs, and the Web API for a bot."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from rehearsal.cloud.chat.blocks import refusal
from rehearsal.cloud.chat.web_api import CHANNEL, TOKEN, Workspace
from rehearsal.cloud.journal import now
from rehearsal.cloud.web.local_http import LocalHttp, announced


class SlackCatcher:
    """Writes each message that is posted into a file; answers as Slack does.

    ``failing`` is a status with which it answers instead, None for its own answers; ``limited``
    counts the calls that are answered by 429, with
    ``retry_after`` seconds, before others are heard again.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.failing: int | None = None
        self.limited = 0
        self.retry_after = 1
        self.workspace = Workspace()
        self._count = itertools.count(1)
        self._messages: list[dict[str, Any]] = []
        self._arrived = threading.Condition()

        class Handler(_Handler):
            catcher = self

        self._server = LocalHttp(Handler, "Slack")

    @property
    def url(self) -> str:
        """The webhook's address; other paths below /services and /actions work alike."""
        return f"{self._address}/services/T000/B000/rehearsal"

    @property
    def bot(self) -> dict[str, str]:
        """What the secret of a bot holds; ``api`` leads to this Slack."""
        return {"token": TOKEN, "channel": CHANNEL, "api": f"{self._address}/api/"}

    @property
    def _address(self) -> str:
        return f"http://{self._server.address}"

    def messages(self) -> list[dict[str, Any]]:
        """What was posted and taken, oldest first; a bot's updates too."""
        with self._arrived:
            return list(self._messages)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, str]:
        """One request -> status, content type, answer."""
        if self.failing is not None:
            return self.failing, "text/html", "made to fail"
        if self.limited:
            self.limited -= 1
            return 429, "application/json", '{"ok": false, "error": "ratelimited"}'
        try:
            message = json.loads(body or b"{}")
        except ValueError:
            return 400, "text/html", "invalid_payload"
        if path.startswith("/api/"):
            answer = self.workspace.call(
                path.removeprefix("/api/"),
                headers.get("authorization", ""),
                headers.get("content-type", ""),
                message,
            )
            if answer["ok"] and not path.endswith("/auth.test"):
                self._keep(path, message)
            return 200, "application/json; charset=utf-8", json.dumps(answer)
        if error := refusal(message):
            return 400, "text/html", error
        self._keep(path, message)
        return 200, "text/html", "ok"

    def _keep(self, path: str, message: dict[str, Any]) -> None:
        record = {"at": now(), "path": path, "message": message}
        with self._arrived:
            target = self.directory / f"{next(self._count):04}.json"
            text = json.dumps(record, ensure_ascii=False, indent=1)
            target.write_text(text, encoding="utf-8")
            self._messages.append(message)
            self._arrived.notify_all()

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()


class _Handler(BaseHTTPRequestHandler):
    catcher: SlackCatcher
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(announced(self.headers))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, kind, text = self.catcher.take(self.path, headers, body)
        answer = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        if status == 429:
            self.send_header("Retry-After", str(self.catcher.retry_after))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
