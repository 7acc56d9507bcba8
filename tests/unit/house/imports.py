"""Which module imports which, read from the text of a package."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Arrows = Mapping[str, frozenset[str]]


def modules(package: Path) -> dict[str, Path]:
    """Dotted name -> file, for all modules of a package."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Every dotted name that a file imports, inside functions too, as deep as it is written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(package: Path) -> Arrows:
    """Module -> the modules of the same package that it imports."""
    known = modules(package)

    def meant(wanted: str) -> str:
        """The module, where the last part of the name is something in it."""
        return wanted if wanted in known else wanted.rpartition(".")[0]

    return {
        name: frozenset(map(meant, imported(path))) & (known.keys() - {name})
        for name, path in known.items()
    }


def circle(graph: Arrows) -> list[str]:
    """The nodes of one circle in their order, or nothing."""
    done: set[str] = set()

    def follow(node: str, way: list[str]) -> list[str]:
        if node in way:
            return way[way.index(node) :]
        if node in done:
            return []
        for target in sorted(graph.get(node, ())):
            if found := follow(target, [*way, node]):
                return found
        done.add(node)
        return []

    for start in sorted(graph):
        if found := follow(start, []):
            return found
    return []
