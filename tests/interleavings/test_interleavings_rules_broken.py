"""A rule that could be taken away without a violation would not be tested: each is, once.

The table is tests/interleavings/breaks.py.
"""

from __future__ import annotations

import pytest

from tests.interleavings.breaks import BREAKS
from tests.unit.core.test_core_ownership_interleavings import played

LONGEST_SEARCH = 1500


@pytest.mark.parametrize("name", BREAKS)
def test_a_rule_that_is_broken_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rule all of these orders of events end well; without it, one of them does not."""
    broken = BREAKS[name]
    for seed in range(LONGEST_SEARCH):
        played(seed, broken.focus)
        with monkeypatch.context() as patch:
            broken.breaks(patch)
            try:
                played(seed, broken.focus)
            except AssertionError:
                return
    pytest.fail(f"{broken.rule}: nothing goes wrong without it")
