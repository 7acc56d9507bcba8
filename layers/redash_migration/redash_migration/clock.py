"""Time as the record writes it: UTC, ISO 8601, microseconds, sortable as text."""

from __future__ import annotations

from collections.abc import Callable
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
