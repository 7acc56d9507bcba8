"""Runs measured in turn, medians, and ratios with their spread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Way = Callable[[], float]
"""Does the work once and returns the seconds it took, preparation left out."""


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Series:
    """The runs of one way, in seconds."""

    name: str
    runs: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the runs."""
        return median(self.runs)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One way against another: the median, and the smallest and largest, of run by run."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def ratio(way: Series, against: Series) -> Ratio:
    """Runs are paired in their order: both of a pair met the same weather on the machine."""
    pairs = [one / other for one, other in zip(way.runs, against.runs, strict=True)]
    return Ratio(median(pairs), min(pairs), max(pairs))


def measure(ways: Mapping[str, Way], runs: int, say: Callable[[str], None]) -> dict[str, Series]:
    """Every way `runs` times, one after the other in each round, in another order each time."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for number in range(runs):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            took = ways[name]()
            taken[name].append(took)
            say(f"  {name}: {took:.2f} s")
    return {name: Series(name, tuple(values)) for name, values in taken.items()}
