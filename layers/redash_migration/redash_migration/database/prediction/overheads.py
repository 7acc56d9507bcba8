"""What the steps of the write pause cost beside the data, learnt from the steps before it.

A command on the host takes as long in the pause as the quickest before it, going from state to
state as long as it took so far, changes arrive as late as the probes did. So the same prediction
holds by any clock: it speaks in that of the migration's own steps. What no earlier step shows is
assumed, and said to be.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from redash_migration.clock import moment
from redash_migration.record.steps import StepTiming

Basis = Literal["measured", "assumed"]

_COMMANDS = ("InspectHost", "DumpSchema")
_CALLS = ("CheckFullLoad", "AwaitInSync", "MeasureSource", "PlanCopies", "StartTarget")

LONGEST_GAP = 15.0
"""Between two steps, in seconds; a longer one was a wait, not the way from state to state."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds: the least, what is expected, the most; and whether that was measured."""

    low: float
    seconds: float
    high: float
    basis: Basis = "assumed"

    def times(self, factor: float, plus: float = 0.0) -> Span:
        """So many of them one after the other, and so many seconds more."""
        return Span(
            self.low * factor + plus,
            self.seconds * factor + plus,
            self.high * factor + plus,
            self.basis,
        )


COMMAND = Span(3.0, 5.0, 10.0)
"""Run Command: 1 to 3 s until a script runs, 1 to 2 s until its end is known, and the script."""
CALL = Span(0.3, 0.5, 1.2)
"""A warm function that makes some calls of AWS and asks a database or two."""
TRANSITION = Span(0.1, 0.2, 0.4)
"""Step Functions Standard: 50 to 150 ms a transition, and the invocation."""
APPLY = Span(1.0, 3.0, 10.0)
"""AWS DMS: changes are applied within 1 to 10 s."""
WINDOW = 0.75
"""Seconds of the window that proves the fence; the canary travels then. As in freeze/fence.py,
which this room can't ask: what freezes predicts what is left."""
FENCE = Span(WINDOW, 0.9, 2.75)
"""That window, seldom a second one."""


@dataclass(frozen=True, slots=True)
class Overheads:
    """A command on the host, a step that makes a few calls, the way from one state to the next with
    a warm function, how late changes arrive, proving the fence."""

    command: Span = COMMAND
    call: Span = CALL
    transition: Span = TRANSITION
    apply: Span = APPLY
    fence: Span = field(default=FENCE)


def observed(steps: Sequence[StepTiming], applied: Sequence[float] = ()) -> Overheads:
    """The overheads that this migration's finished steps show; the defaults for the others.

    ``applied`` is how late each probe of the replication arrived, in seconds.
    """
    known = Overheads()
    done = {step.name: step for step in steps if step.status == "SUCCEEDED"}
    commands = [done[name].seconds for name in _COMMANDS if name in done]
    works = [done[name].work_seconds for name in _CALLS if name in done]
    return Overheads(
        # The quickest: others had more to do on the host.
        command=measured([min(commands)], known.command) if commands else known.command,
        call=measured([work for work in works if work is not None], known.call),
        transition=measured(_gaps(steps), known.transition),
        apply=_lateness(applied) if applied else known.apply,
        fence=known.fence,
    )


def measured(values: Sequence[float], otherwise: Span) -> Span:
    """The median of what was measured; from quarter to quarter, but a quarter of it at least."""
    # Written out: the statistics module takes longer to import than this function runs.
    ordered = sorted(values)
    if not ordered:
        return otherwise
    middle = _at(ordered, 0.5)
    return Span(
        min(_at(ordered, 0.25), 0.75 * middle),
        middle,
        max(_at(ordered, 0.75), 1.25 * middle),
        "measured",
    )


def _lateness(applied: Sequence[float]) -> Span:
    """The mean of a few probes, from the first to the last: seldom early, often late."""
    mean = sum(applied) / len(applied)
    return Span(min(*applied, 0.75 * mean), mean, max(*applied, 1.25 * mean), "measured")


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _gaps(steps: Sequence[StepTiming]) -> list[float]:
    """Seconds from the end of a step to the start of the next, without waits and cold starts."""
    gaps = []
    for step, following in itertools.pairwise(steps):
        began = (moment(following.started_at) - moment(step.started_at)).total_seconds()
        gap = began - step.seconds
        if step.status == "SUCCEEDED" and 0 <= gap <= LONGEST_GAP:
            gaps.append(max(0.02, gap - following.cold_seconds))
    return gaps
