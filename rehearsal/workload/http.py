"""Requests to Redash through the load balancer, as its pages and API users send them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 15


class Unanswered(Exception):
    """No answer, or one that leaves open whether the write was carried out."""


class Refused(Exception):
    """The server says that it did not do it."""


class Client:
    """Redash at an address, with an API key."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {
            "Authorization": f"Key {api_key}",
            "Content-Type": "application/json",
            "Connection": "close",
        }

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON (None without a body); Refused or Unanswered."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(
            self._base + path, data=data, headers=self._headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                error.read()
            # 502 and 504 are the load balancer's: the server may have done it all the same.
            if error.code in {502, 504}:
                raise Unanswered(str(error.code)) from error
            raise Refused(str(error.code)) from error
        except OSError as error:
            raise Unanswered(str(error)) from error
        return json.loads(content) if content.strip() else None
