"""Orders of size: what a ticking figure has to pass before it is another."""

from __future__ import annotations

import re


def size_class(value: float | None) -> str:
    """The order of size in steps of 1, 2 and 5: ``0``, ``<=1``, ``<=2``, ``<=5``, ``<=10``..."""
    if value is None:
        return "unknown"
    if value <= 0:
        return "0"
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if value <= step * factor:
                return f"<={step * factor:.0f}"
        step *= 10


def order_of_size(number: re.Match[str]) -> str:
    """The same for a number that stands in a text."""
    return size_class(float(number[0].replace(",", "").replace(".", "", number[0].count(".") - 1)))
