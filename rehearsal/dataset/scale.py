"""How many rows a data set has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Rows of the tables that grow; the others follow from these."""

    users: int
    queries: int
    query_results: int
    dashboards: int
    events: int


SCALES = {
    "small": Scale(users=20, queries=600, query_results=800, dashboards=30, events=3_000),
    "medium": Scale(
        users=120, queries=20_000, query_results=50_000, dashboards=600, events=200_000
    ),
    "large": Scale(
        users=500, queries=100_000, query_results=200_000, dashboards=2_000, events=1_000_000
    ),
}


def scale_named(name: str) -> Scale:
    """The scale of that name; ValueError names the ones there are."""
    if name not in SCALES:
        raise ValueError(f"SCALE: {name!r} is unknown; take one of {', '.join(SCALES)}")
    return SCALES[name]
