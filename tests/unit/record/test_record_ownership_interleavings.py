"""Owner, phase, attempts, redrive, roll-back by name, crashes and stale answers, in any order.

The rules are in tests/interleavings: at most one owner acts; no deed without its entry, nor after
it was taken back; once a roll-back has ended nothing of it is at work and somebody is served;
nothing is taken back from its users unless a person has said so. A failing run is told as the
order of events that it took. ``make soak`` plays many more.
"""

from __future__ import annotations

import os
import random
import time

from tests.interleavings.focus import Focus
from tests.interleavings.run import Run
from tests.interleavings.world import Violation

FIXED = 150
MINUTES = float(os.environ.get("MINUTES", "0"))


def played(seed: int, focus: Focus | None = None) -> list[str]:
    """One run, by a seed; what went wrong is told with the order of events."""
    order = random.Random(seed)
    run = Run(order.randrange, focus=focus)
    try:
        run.play()
    except (Violation, AssertionError) as error:
        events = "\n  ".join(run.told)
        raise AssertionError(f"seed {seed}: {error}\n  {events}") from error
    return run.told


def test_no_order_of_events_breaks_a_rule() -> None:
    seen = {tuple(played(seed)) for seed in range(FIXED)}
    ends, seed = time.monotonic() + 60 * MINUTES, FIXED
    while time.monotonic() < ends:
        seen.add(tuple(played(seed)))
        seed += 1
    print(f"{len(seen)} different orders of events")
    assert len(seen) > FIXED * 0.7, "a run may end before what disturbs it begins"
