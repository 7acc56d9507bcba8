"""What of the rehearsal is of general use knows nothing of the product, nor of its two homes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.house.imports import imported

ROOT = Path(__file__).parents[3]
REHEARSAL = ROOT / "rehearsal"
GENERAL = ("cloud", "dms", "load_balancer", "timing")
SHARED = "rehearsal.ports"
"""One file that every part may use; it imports nothing of ours."""
OURS = {path.name for path in ROOT.iterdir() if path.is_dir()} | {"redash_migration"}


@pytest.mark.parametrize("room", GENERAL)
def test_a_general_part_imports_none_but_its_like(room: str) -> None:
    allowed = (SHARED, *(f"rehearsal.{name}" for name in GENERAL))
    files = list((REHEARSAL / room).rglob("*.py"))
    assert files
    foreign = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in imported(path)
        if name.partition(".")[0] in OURS - set(sys.stdlib_module_names)
        and not name.startswith(allowed)
    }
    assert foreign == set()


def test_the_readme_names_them_all() -> None:
    text = (REHEARSAL / "README.md").read_text(encoding="utf-8")
    general, _, own = text.partition("## Parts of this rehearsal")
    assert all(f"`{name}/`" in general for name in GENERAL)
    rooms = {path.parent.name for path in REHEARSAL.glob("*/__init__.py")}
    assert [name for name in sorted(rooms - set(GENERAL)) if f"`{name}/`" not in own] == []
