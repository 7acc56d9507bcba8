"""Executions of state machines, as a rehearsal looks at them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution as it is now. ``output`` is decoded; ``history`` as GetExecutionHistory."""

    arn: str
    status: str
    input: Any
    output: Any = None
    error: str = ""
    cause: str = ""
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.status == "RUNNING"

    def states(self) -> list[str]:
        """Names of the states in the order in which they were entered."""
        details = (event.get("stateEnteredEventDetails") for event in self.history)
        return [found["name"] for found in details if found]


def look(client: Any, arn: str) -> Execution:
    """Describe an execution, its whole history included."""
    found = client.describe_execution(executionArn=arn)
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=arn, PaginationConfig={"PageSize": 1000}
    )
    history = [event for page in pages for event in page["events"]]
    output = found.get("output")
    return Execution(
        arn=arn,
        status=found["status"],
        input=json.loads(found.get("input") or "{}"),
        output=json.loads(output) if output else None,
        error=found.get("error", ""),
        cause=found.get("cause", ""),
        history=history,
    )


def wait(client: Any, arn: str, timeout: float) -> Execution:
    """Wait until an execution ends; TimeoutError where it does not within so many seconds."""
    end = time.monotonic() + timeout
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        if time.monotonic() > end:
            states = look(client, arn).states()
            raise TimeoutError(f"{arn} still runs after {timeout} s; last states: {states[-5:]}")
        time.sleep(0.05)
    return look(client, arn)
