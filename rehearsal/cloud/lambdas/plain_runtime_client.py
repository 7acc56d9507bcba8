"""The runtime API's client where awslambdaric has none: its compiled one exists for Linux only.

Stands in for the module ``runtime_client`` that awslambdaric looks for.
"""

from __future__ import annotations

import http.client
from typing import Any


class PlainRuntimeClient:
    """Takes events and posts answers over one kept connection."""

    def __init__(self, address: str) -> None:
        host, _, prefix = address.partition("/")
        self._path = f"/{prefix}/2018-06-01/runtime/invocation"
        self._connection = http.client.HTTPConnection(host)

    def next(self) -> tuple[bytes, dict[str, Any]]:
        """Wait for an event: its body and its headers, the deadline as a number."""
        self._connection.request("GET", f"{self._path}/next")
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"Failed to get next: {answer.status}")
        headers: dict[str, Any] = dict(answer.getheaders())
        headers["Lambda-Runtime-Deadline-Ms"] = int(headers["Lambda-Runtime-Deadline-Ms"])
        return body, headers

    def post_invocation_result(
        self, invoke_id: str, body: bytes, content_type: str, invocation_id: str | None = None
    ) -> None:
        """Answer an invocation."""
        del invocation_id
        self._post(f"{self._path}/{invoke_id}/response", body, {"Content-Type": content_type})

    def post_error(
        self, invoke_id: str, body: str, xray_cause: str, invocation_id: str | None = None
    ) -> None:
        """Report what the handler raised."""
        del xray_cause, invocation_id
        headers = {"Content-Type": "application/json"}
        self._post(f"{self._path}/{invoke_id}/error", body.encode(), headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise RuntimeError(f"Failed to post the answer: {answer.status}")
