"""The checks by their reason strings, found where the code makes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path


def checks_table(root: Path) -> str:
    """Every id that stands in the code, and the module that answers it."""
    found: dict[str, str] = {}
    package = root / "layers" / "redash_migration" / "redash_migration"
    for path in sorted(package.rglob("*.py")):
        if path.is_relative_to(package / "approval"):
            continue  # its texts of that form are the parts of a page
        for name in _ids(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, path.relative_to(package).as_posix())
    lines = ["| check | answered in |", "|---|---|"]
    lines += [f"| `{name}` | {module} |" for name, module in sorted(found.items())]
    return "\n".join(lines) + "\n"


def _ids(tree: ast.AST) -> Iterator[str]:
    """Texts of the form area.name, wherever they stand; a computed part shows as an asterisk."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr):
            found = _ID.fullmatch(_text(node))
            if found and found["area"] in _AREAS and not found["name"].endswith("json"):
                yield found.group()


_ID = re.compile(r"(?P<area>[a-z]+)\.(?P<name>[a-z_*]+(\.\*)*)")

_AREAS = frozenset(
    {
        "source",
        "target",
        "replication",
        "traffic",
        "services",
        "secrets",
        "host",
        "smoke",
        "data",
        "integrity",
        "sequences",
        "plan",
        "pause",
        "schema",
        "tables",
        "cutover",
        "fence",
        "drain",
        "databases",
        "settings",
        "proof",
    }
)


def _text(node: ast.expr) -> str:
    """The constant text of an expression; a computed part shows as an asterisk."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "*"
    return ""
