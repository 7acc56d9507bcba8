"""What Lambda tells a function of its run: how long it may take, and a name of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

SECONDS = 60.0

_runs = count(1)


@dataclass(frozen=True)
class Context:
    """Lambda's context: what the attempt's deadline is made of."""

    aws_request_id: str

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return int(SECONDS * 1000)


def another_run() -> Context:
    """Of one more run."""
    return Context(f"run-{next(_runs)}")
