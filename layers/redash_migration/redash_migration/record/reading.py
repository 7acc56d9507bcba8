"""What an entry says, whatever stands there.

A migration's own partition is open to every function's role. An odd entry (without its fields, of
other types, of another form) must not keep a roll-back, the reconciler or a page from their work: a
field that can't be read is absent, and an entry without what it is made of is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from redash_migration.clock import moment
from redash_migration.record.table import Item

LARGEST_NUMBER = 2**53
YEARS = range(1971, 9000)


def text_of(item: Item, name: str, default: str = "") -> str:
    """A field that is a text."""
    value = item.get(name)
    return value if isinstance(value, str) else default


def number_of(item: Item, name: str) -> int:
    """A field that counts something; 0 where it is no number."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if abs(value) <= LARGEST_NUMBER else 0


def seconds_of(item: Item, name: str) -> float | None:
    """A field that holds seconds as a text."""
    try:
        value = float(text_of(item, name))
    except ValueError:
        return None
    return value if abs(value) <= LARGEST_NUMBER else None


def time_of(item: Item, name: str) -> str:
    """A field that is a moment with a zone; empty where it is none."""
    return a_time(item.get(name))


def a_time(value: object) -> str:
    """The value where it is a moment with a zone, in a year that can be reckoned with, else
    nothing."""
    try:
        found = moment(value) if isinstance(value, str) else None
    except ValueError:
        return ""
    sound = found is not None and found.tzinfo is not None and found.year in YEARS
    return str(value) if sound else ""


def object_of(text: str) -> dict[str, Any] | None:
    """A JSON object; None where the text is none."""
    found = json_of(text)
    return dict(found) if isinstance(found, Mapping) else None


def json_of(text: str) -> Any:
    """What JSON text says; None where it is none, or nested beyond all reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
