"""Where an execution stands, inside its Parallel and Map states too: what a redrive goes on from.

A place is where a machine runs: ``()`` for the whole one, ``(("Both", 1),)`` for the second branch
of the state Both, ``(("Both", 1), ("Each", 4))`` for the fifth item of a Map in that branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Place = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A state that a machine is in, or (``event`` is 0) enters next.

    ``event`` is the history's event with which it was entered, ``entered`` when that was, and
    ``variables`` those of its scope, as moto holds them.
    """

    state: str
    given: Any
    event: int
    entered: str
    variables: Any


@dataclass(frozen=True, slots=True)
class Done:
    """A branch or an item that has succeeded, and what it brought."""

    output: Any


@dataclass(slots=True)
class Progress:
    """``now`` by place; ``before`` is what the run at work has still to take up of an earlier one.

    ``run`` counts the redrives. Once a run is ``over``, nothing of it is told any more.
    """

    now: dict[Place, Standing | Done] = field(default_factory=dict)
    before: dict[Place, Standing | Done] = field(default_factory=dict)
    run: int = 0
    over: bool = False

    def stands(self, place: Place, standing: Standing) -> None:
        """A machine enters a state, or will: what was within the one before is history."""
        for known in (self.now, self.before):
            for one in list(known):  # other branches come and go meanwhile
                if one[: len(place)] == place:
                    known.pop(one, None)
        self.now[place] = standing

    def takes_up(self, place: Place) -> Standing | Done | None:
        """What an earlier run has left at this place; once."""
        return self.before.pop(place, None)

    def done(self, place: Place, output: Any) -> None:
        """A branch or an item has succeeded."""
        self.now[place] = Done(output)

    def redriven(self, *, whole: bool) -> None:
        """The next run begins. ``whole``: Parallel and Map states are done again altogether."""
        self.before = {place: one for place, one in self.now.items() if not (place and whole)}
        self.run += 1
        self.over = False


def progress_of(events: Any) -> Progress:
    """An execution's progress; it lives with the history, which all of its runs share."""
    progress: Progress = events.__dict__.setdefault("progress", Progress())
    return progress
