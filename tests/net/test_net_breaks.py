"""The net finds a rule that is left out; `make soak BREAK=all` shows it of every rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.net.__main__ import search
from tests.net.breaks import BREAKS
from tests.net.laboratory import Laboratory
from tests.net.rules import RULES

DESIGN = Path(__file__).parents[2] / "docs" / "design.md"
SECTIONS = ("Tables at the edges", "Nothing is silently wrong")


def _documented(section: str) -> dict[str, str]:
    """The rules of a section's table by their names."""
    text = DESIGN.read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE)
    return dict(lines[1:])  # the first is the heading


def test_every_rule_that_is_written_down_has_a_break_or_says_why_not() -> None:
    documented = {name: rule for each in SECTIONS for name, rule in _documented(each).items()}
    assert documented.keys() == RULES.keys()
    for name, broken in RULES.items():
        if isinstance(broken, str):
            assert f"(not in the net: {broken})" in documented[name]
    named = [each for broken in RULES.values() if not isinstance(broken, str) for each in broken]
    assert sorted(named) == sorted(BREAKS)


def test_every_break_still_takes_its_rule_out() -> None:
    for broken in BREAKS.values():
        with broken.applied():
            pass


@pytest.mark.parametrize("name", ["sequence-never-called", "rights"])
def test_a_rule_left_out_is_found(name: str, laboratory: Laboratory) -> None:
    found = search(laboratory, BREAKS[name], first=7, most=6)
    assert found.fault, found
