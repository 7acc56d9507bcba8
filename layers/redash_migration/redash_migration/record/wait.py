"""A wait as it is noted, and what resumes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from redash_migration.record.reading import object_of, text_of, time_of
from redash_migration.record.table import Item

WaitState = Literal["OPEN", "SETTLED", "DELIVERED", "CLOSED"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a wait: a result for SendTaskSuccess, or an error for SendTaskFailure."""

    result: dict[str, Any] | None = None
    error: str = ""
    cause: str = ""

    @classmethod
    def success(cls, result: Mapping[str, Any]) -> Outcome:
        """The step goes on with this result."""
        return cls(result=dict(result))

    @classmethod
    def failure(cls, error: str, cause: str) -> Outcome:
        """The step fails with this error name (a class of ``errors``) and cause."""
        return cls(error=error, cause=cause)


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait. ``resource`` is what it waits for: a task's ARN, a command's id."""

    kind: str
    token: str
    resource: str
    state: WaitState
    since: str
    details: dict[str, Any]
    outcome: Outcome | None


class TokenUnknown(Exception):
    """Step Functions has closed or forgotten the token (TaskTimedOut, TaskDoesNotExist)."""


class Resumer(Protocol):
    """Sends an answer to Step Functions."""

    def send(self, token: str, outcome: Outcome) -> None:
        """Send; raises TokenUnknown when nobody waits with this token any more."""


def wait_of(item: Item) -> Wait | None:
    """The wait that an item holds; None where it is none."""
    token, since = text_of(item, "token"), time_of(item, "since")
    state = next((one for one in get_args(WaitState) if one == item.get("state")), None)
    if not token or not since or state is None:
        return None
    return Wait(
        kind=str(item["sk"]).removeprefix("WAIT#"),
        token=token,
        resource=text_of(item, "resource"),
        state=state,
        since=since,
        details=object_of(text_of(item, "details")) or {},
        outcome=_outcome(object_of(text_of(item, "outcome")) or {}),
    )


def _outcome(said: Mapping[str, Any]) -> Outcome | None:
    result, error = said.get("result"), said.get("error")
    if isinstance(result, dict):
        return Outcome.success(result)
    return Outcome.failure(error, str(said.get("cause", ""))) if isinstance(error, str) else None


def as_json(value: Mapping[str, Any]) -> str:
    """Details or an answer, as they are kept."""
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
