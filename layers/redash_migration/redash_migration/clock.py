"""Time as the record writes it: UTC, ISO 8601, microseconds, sortable as text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """``2026-01-31T12:00:00.000000Z``; always the same width, so it sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment that ``stamp`` wrote, or any ISO 8601 time with a zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds_between(start: str, end: str) -> float:
    """Seconds from one stamp to another, rounded to milliseconds."""
    return round((moment(end) - moment(start)).total_seconds(), 3)


def looks(
    seconds: float,
    *,
    every: float,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """One turn of a waiting loop at a time, for so many seconds; the first at once.

    It is the clock that ends it, not the number of turns: a look takes time too, and a function
    has a limit.
    """
    end = now() + seconds
    while True:
        yield
        if now() >= end:
            return
        sleep(every)
