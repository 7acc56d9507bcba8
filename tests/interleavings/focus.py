"""What a run is disturbed by: drawn for each, because all at once keep each other from harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.interleavings.execution import HOME, LEADING, ORDER

Choose = Callable[[int], int]
"""One of so many possibilities."""

MINUTE = "MeasureCutover"
HANGING = ("", "Begin", *ORDER[:-1], *HOME, *LEADING, MINUTE)
LONGEST = 700
HOLDS = 10
"""A function has about so many moves."""
EVERY = 8
"""One in so many moves is a disturbance, from the state on that a run draws for itself."""
KINDS = (
    "dies",
    "hangs",
    "runs into a time limit",
    "stopped",
    "retries",
    "redriven",
    "by name",
    "return by name",
    "finish by name",
    "same second",
    "another",
    "source away",
    "source back",
    "an hour later",
    "described late",
    "rounds at once",
    "reconciler",
)
"""A run knows only some of them: what breaks a rule is often two or three kinds, one upon the
other, and all kinds at once keep each other from it (swarm testing)."""


@dataclass(frozen=True)
class Focus:
    """What a run is disturbed by, and from which state on."""

    kinds: tuple[str, ...]
    begins: str = ""
    slow: bool = False
    """Commands on the host reach it late."""
    sleep: int = 6 * EVERY
    """One in so many moves, what hangs may wake."""
    hangs: tuple[str, int] = ("", 0)
    """A state whose function hangs before this move of its; of Begin, only a later execution's."""
    answers: int = LONGEST
    """How many questions people answer; the next one stands."""
    thinks: int = 1
    """One in so many moves they do; minutes pass meanwhile."""
    away: bool = False
    """The old database answers nobody while a return is led forward."""
    refused: bool = False
    """The first switch is seen not to be made."""


def drawn(choose: Choose) -> Focus:
    """One of many: two to four kinds and the reconciler, or any three."""
    return Focus(
        (*(KINDS[choose(len(KINDS))] for _ in range(2 + choose(3))), KINDS[-1])
        if choose(4)
        else tuple(KINDS[choose(len(KINDS))] for _ in range(3)),
        ("", *ORDER, *HOME)[choose(1 + len(ORDER) + len(HOME))],
        bool(choose(2)),
        (EVERY, 6 * EVERY)[choose(2)],
        (HANGING[choose(len(HANGING))], choose(HOLDS)),
        LONGEST if choose(4) else 1,
        1 if choose(4) else EVERY,
        not choose(4),
        not choose(4),
    )
