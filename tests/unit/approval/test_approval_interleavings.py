"""A question asked, answered, retried, expired and told in any order.

The rules are in tests/interleavings/questions: the execution hears of one decision, of people
who gave it or of nobody in time; what it heard of stands in the record, sealed; whoever was told
that they decided has decided; and an answer always comes. ``make soak`` plays many more.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

import pytest

from redash_migration.approval.deciding import request
from redash_migration.approval.gate.gates import Gates
from redash_migration.record import Record
from redash_migration.record.waits import Waits
from tests.interleavings.questions.desk import quiet
from tests.interleavings.questions.run import Questions
from tests.interleavings.world import Violation

FIXED = 300
LONGEST_SEARCH = 4000
MINUTES = float(os.environ.get("MINUTES", "0"))


def played(seed: int) -> str:
    """One run, by a seed: what was decided."""
    run = Questions(random.Random(seed).randrange)
    try:
        run.play()
    except (Violation, AssertionError) as error:
        events = "\n  ".join(run.told)
        raise AssertionError(f"seed {seed}: {error}\n  {events}") from error
    return str(run.sent[0]["decision"])


def test_no_order_of_events_loses_a_decision_or_makes_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet(monkeypatch)
    seen = {played(seed) for seed in range(FIXED)}
    ends, seed = time.monotonic() + 60 * MINUTES, FIXED
    while time.monotonic() < ends:
        played(seed)
        seed += 1
    assert seen == {"approve", "reject", "keep", "return", "go_back", "expire"}


def _any_run_opens(patch: pytest.MonkeyPatch) -> None:
    kept = Waits.open

    def opened(self: Waits, *rest: object, **more: object) -> object:
        self._run = ""
        return kept(self, *rest, **more)  # type: ignore[arg-type]

    patch.setattr(Waits, "open", opened)


def _over_any_gate(patch: pytest.MonkeyPatch) -> None:
    kept = Gates.open

    def opened(self: Gates, gate: object, **_: object) -> object:
        seen = self.current(gate.migration_id, gate.purpose)  # type: ignore[attr-defined]
        return kept(self, gate, instead_of=seen)  # type: ignore[arg-type]

    patch.setattr(Gates, "open", opened)


def _told_though_closed(patch: pytest.MonkeyPatch) -> None:
    kept = Waits.settle
    patch.setattr(Waits, "settle", lambda self, wait, outcome, **_: kept(self, wait, outcome))


BREAKS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an earlier run's token takes the place of a newer one": _any_run_opens,
    "a new question takes the place of a decided one": _over_any_gate,
    "what was decided while a step was retried is asked anew": lambda patch: patch.setattr(
        request, "_unheard", lambda *_: False
    ),
    "a decision that was closed is told": _told_though_closed,
    "a decision stands of which its maker hears that nobody waits": lambda patch: patch.setattr(
        Gates, "void", lambda *_: True
    ),
    "what was said before a redrive counts after it": lambda patch: patch.setattr(
        Record, "since_entered", lambda *_: True
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_that_is_broken_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(monkeypatch)
    BREAKS[name](monkeypatch)
    for seed in range(LONGEST_SEARCH):
        try:
            played(seed)
        except AssertionError:
            return
    pytest.fail(f"nothing goes wrong when {name}")
