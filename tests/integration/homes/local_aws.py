"""What the homes are tested with: AWS in this process, and secrets."""

from __future__ import annotations

from typing import Any

import boto3

SECRET_KEY = "s3cret-key"
COOKIE_SECRET = "c00kie"


class LocalAws:
    """boto3 clients, and an event bus that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name="ap-northeast-1")
        return self._clients[service]

    def emit(
        self, *, source: str, detail_type: str, detail: dict[str, Any], resources: list[str]
    ) -> None:
        self.events.append(
            {"source": source, "detail-type": detail_type, "detail": detail, "resources": resources}
        )
