"""The net finds a rule that is left out; `make soak BREAK=all` shows it of every rule."""

from __future__ import annotations

import pytest

from tests.net.__main__ import search
from tests.net.breaks import BREAKS
from tests.net.laboratory import Laboratory


def test_every_break_still_takes_its_rule_out() -> None:
    for broken in BREAKS.values():
        with broken.applied():
            pass


@pytest.mark.parametrize("name", ["sequence-never-called", "rights"])
def test_a_rule_left_out_is_found(name: str, laboratory: Laboratory) -> None:
    found = search(laboratory, BREAKS[name], first=7, most=6)
    assert found.fault, found
