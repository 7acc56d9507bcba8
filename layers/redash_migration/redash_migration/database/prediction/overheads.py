"""What the steps of the write pause cost beside the data, learnt from the steps before it.

A command on the host takes as long in the pause as the one that inspected the host, going from
state to state as long as it took so far. So the same prediction holds on AWS and in a rehearsal.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from redash_migration.clock import moment
from redash_migration.record.steps import StepTiming

_COMMANDS = ("InspectHost", "PrepareSource", "DumpSchema")
_CALLS = ("InspectNewHome", "CheckFullLoad", "ConfigureReplication", "CopySchema")
_REPLICATION = ("ResumeChangeCapture",)

LONGEST_GAP = 5.0
"""Between two steps; a longer one was a wait, not the way from state to state."""


@dataclass(frozen=True, slots=True)
class Overheads:
    """Seconds: a command on the host, stopping the replication, a step that makes a few calls,
    the way from one state to the next (cold start included), proving the fence."""

    command: float = 5.0
    replication_stop: float = 15.0
    call: float = 0.4
    transition: float = 0.5
    fence: float = 1.7


def observed(steps: Sequence[StepTiming]) -> Overheads:
    """The overheads that this migration's finished steps show; the defaults for the others."""
    known = Overheads()
    done = {step.name: step.seconds for step in steps if step.status == "SUCCEEDED"}
    return Overheads(
        command=_median([done[name] for name in _COMMANDS if name in done], known.command),
        replication_stop=_median(
            [done[name] for name in _REPLICATION if name in done], known.replication_stop
        ),
        call=_median([done[name] for name in _CALLS if name in done], known.call),
        transition=_median(_gaps(steps), known.transition),
        fence=known.fence,
    )


def _median(values: Sequence[float], otherwise: float) -> float:
    # Written out: the statistics module takes longer to import than this function runs.
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return otherwise
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _gaps(steps: Sequence[StepTiming]) -> list[float]:
    """Seconds from the end of each step to the start of the next, waits left out."""
    gaps = []
    for step, following in itertools.pairwise(steps):
        began = (moment(following.started_at) - moment(step.started_at)).total_seconds()
        gap = began - step.seconds
        if step.status == "SUCCEEDED" and 0 <= gap <= LONGEST_GAP:
            gaps.append(gap)
    return gaps
