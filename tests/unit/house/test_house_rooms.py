"""Rooms have an order: whoever is above may look down, and nobody below looks up.

A room is a folder of modules; a module beside rooms stands for itself. Where two rooms need each
other, a third below holds what they share, or the one above hands itself in.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.unit.house.imports import Arrows, arrows, circle, modules

ROOT = Path(__file__).parents[3]
PRODUCT = ROOT / "layers" / "redash_migration" / "redash_migration"
EDGES = ("redash_migration.adapters", "redash_migration.wiring")
"""They know the domain, whose contracts they fulfil, and the domain names them in its types."""


def rooms(package: Path) -> Arrows:
    """Room -> the rooms that it imports from."""
    files = modules(package)

    def room(name: str) -> str:
        folder = files[name].parent
        has_rooms = any(one.is_dir() and any(one.glob("*.py")) for one in folder.iterdir())
        return name if has_rooms else ".".join(folder.relative_to(package.parent).parts)

    found: dict[str, set[str]] = {}
    for name, targets in arrows(package).items():
        found.setdefault(room(name), set()).update(map(room, targets))
    return {name: frozenset(targets - {name}) for name, targets in found.items()}


def test_no_room_needs_one_that_needs_it() -> None:
    found = rooms(PRODUCT)
    edges = {name for name in found if name.startswith(EDGES)}
    graph = {name: to - edges for name, to in found.items() if name not in edges}
    assert len(graph) > 40
    assert circle(graph) == []


PLACES = (
    *("layers/redash_migration/redash_migration", "functions", "host", "rehearsal", "tests"),
    *("benchmarks", "deployment", "docs_generator", "environment"),
)
MOST_FILES = 12
ENTRANCE = PLACES[0]
"""What every function begins with stands at the package's entrance, beside its rooms."""


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    """A dozen modules at the most: more of them want rooms."""
    counted = Counter(
        str(path.parent.relative_to(ROOT))
        for place in PLACES
        for path in (ROOT / place).rglob("*.py")
        if path.name not in {"__init__.py", "conftest.py"}
    )
    assert counted.total() > 500
    assert counted[ENTRANCE] > MOST_FILES  # else it is no exception any more
    assert [name for name, count in counted.items() if count > MOST_FILES] == [ENTRANCE]


def test_a_circle_is_found() -> None:
    graph = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"b"})}
    assert circle(graph) == ["b", "c"]
