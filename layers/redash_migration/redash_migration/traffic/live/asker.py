"""A server of Redash asked as its administrator would: organization, jobs, workers."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from redash_migration.traffic.proof.in_redash.questions import SECONDS, Asker


class LiveAsker(Asker):
    """An asker that may also change things, and that asks what belongs to no organization."""

    def find_organization(self, slugs: Iterable[str]) -> None:
        """Take the path under which the key is known."""
        for prefix in ["", *("/" + urllib.parse.quote(slug) for slug in slugs)]:
            self.prefix = prefix
            if self.get("/api/session")[0] == http.client.OK:
                return
        self.prefix = ""

    def at_root(self, path: str) -> Any:
        """The answer as JSON, or None: these paths have no organization's before them."""
        prefix, self.prefix = self.prefix, ""
        try:
            return self.json(path)[1]
        finally:
            self.prefix = prefix

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """POST or DELETE: (status, the answer as JSON or None)."""
        connection = http.client.HTTPConnection(self._place[0], self._place[1], timeout=SECONDS)
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            connection.request(method, self.prefix + path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.strip() else None
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()
