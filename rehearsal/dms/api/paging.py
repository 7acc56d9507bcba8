"""MaxRecords, Marker and Filters of the Describe calls."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from rehearsal.dms.faults import InvalidParameterValue

Item = TypeVar("Item")


def filtered(
    items: Sequence[Item], filters: Any, getters: Mapping[str, Callable[[Item], Sequence[str]]]
) -> list[Item]:
    """The items that match every filter; a filter matches when one of its values does."""
    found = list(items)
    for entry in filters or []:
        name, values = entry.get("Name"), set(entry.get("Values") or [])
        if name not in getters:
            raise InvalidParameterValue(
                f"Filter {name!r} is not valid; use one of {', '.join(sorted(getters))}."
            )
        found = [item for item in found if values.intersection(getters[name](item))]
    return found


def page(
    items: Sequence[Item], params: Mapping[str, Any], *, most: int
) -> tuple[list[Item], str | None]:
    """The items after the Marker, at most MaxRecords of them, and the Marker of the next page."""
    size = params.get("MaxRecords") or 100
    if not 20 <= size <= most:
        raise InvalidParameterValue(f"MaxRecords must be between 20 and {most}, not {size}.")
    start = 0
    if params.get("Marker"):
        try:
            start = int(base64.b64decode(str(params["Marker"]), validate=True))
        except ValueError:
            raise InvalidParameterValue("Marker is not valid.") from None
    end = start + size
    marker = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), marker
