"""A rule that could be taken away without a violation would not be tested: each is, once.

The table is tests/interleavings/rules/breaks.py.
"""

from __future__ import annotations

import pytest

from tests.interleavings.rules.breaks import BREAKS
from tests.unit.record.test_record_ownership_interleavings import played

LONGEST_SEARCH = 1500


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_that_is_broken_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of these orders of events does not end well without the rule, and does with it."""
    broken = BREAKS[name]
    for seed in range(LONGEST_SEARCH):
        with monkeypatch.context() as patch:
            broken.breaks(patch)
            try:
                played(seed, broken.focus)
            except AssertionError:
                break
    else:
        pytest.fail(f"{broken.rule}: nothing goes wrong without it")
    played(seed, broken.focus)
