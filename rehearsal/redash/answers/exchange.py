"""A request and an answer, and the failures that are answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.redash.pool import Connection
from rehearsal.redash.presence import Presence


@dataclass(frozen=True, slots=True)
class User:
    """Who asks."""

    id: int
    org_id: int
    name: str
    email: str
    api_key: str


@dataclass(frozen=True, slots=True)
class Request:
    """``user`` is set on every route that needs one."""

    connection: Connection
    secret_key: str
    user: User
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    presence: Presence | None = None

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; 400 if it is something else."""
        if not isinstance(self.body, dict):
            raise Refused(400, "a JSON object is expected")
        return self.body

    def required(self, name: str) -> Any:
        """One of the body's fields; 400 if it is not there."""
        value = self.fields().get(name)
        if value is None:
            raise Refused(400, f"{name} is missing")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that gets a status of its own instead of an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotFound(Refused):
    """No such object; Redash says the same to those who are not logged in."""

    def __init__(self) -> None:
        super().__init__(404, "Couldn't find resource. Please login and try again.")


def as_json(value: Any, status: int = 200) -> Answer:
    """An answer in JSON; times in ISO 8601."""
    return Answer(status, json.dumps(value, ensure_ascii=False, default=_encoded).encode())


def _encoded(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
