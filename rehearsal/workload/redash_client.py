"""A user's browser: one kept-open connection, JSON in and out."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rehearsal.load_balancer import SERVED_BY
from rehearsal.workload.availability import Availability

TIMEOUT = 15.0


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` 0 means that there was none; ``side`` is the target group that answered."""

    status: int
    body: Any
    side: str

    @property
    def acknowledged(self) -> bool:
        """Whether the request was carried out for certain."""
        return 200 <= self.status < 300


class RedashClient:
    """Calls the API with a key; every outcome counts for the availability."""

    def __init__(self, base_url: str, api_key: str, availability: Availability) -> None:
        parts = urlsplit(base_url)
        self._place = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._headers = {"Authorization": f"Key {api_key}", "Content-Type": "application/json"}
        self._availability = availability
        self._connection: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: Any = None) -> Reply:
        """One request, never repeated: a repeated write might be carried out twice."""
        began = time.time()
        try:
            reply = self._send(method, path, body)
        except (OSError, http.client.HTTPException, ValueError):  # ValueError: half an answer
            self.close()
            reply = Reply(0, None, "")
        if reply.side and reply.status >= 500:
            parts = "/".join("N" if part.isdecimal() else part for part in path.split("/"))
            self._availability.refused(f"{method} {parts} {reply.status}", reply.side)
        if reply.status == 0 or reply.status >= 500:
            self._availability.failed(began)
        else:
            self._availability.answered(began)
        return reply

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, method: str, path: str, body: Any) -> Reply:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._place, timeout=TIMEOUT)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        side = answer.getheader(SERVED_BY) or ""
        kind = answer.getheader("Content-Type") or ""
        found = json.loads(text) if text and kind.startswith("application/json") else None
        return Reply(answer.status, found, side)
