"""The checks by their reason strings, found where the code makes them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path


def checks_table(root: Path) -> str:
    """Every id that stands in the code, and the module that answers it."""
    found: dict[str, str] = {}
    package = root / "layers" / "redash_migration" / "redash_migration"
    for path in sorted(package.rglob("*.py")):
        for name in _ids(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, path.relative_to(package).as_posix())
    lines = ["| check | answered in |", "|---|---|"]
    lines += [f"| `{name}` | {module} |" for name, module in sorted(found.items())]
    return "\n".join(lines) + "\n"


def _ids(tree: ast.AST) -> Iterator[str]:
    """Dotted texts that look like a check's id: first arguments of calls, assigned constants."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            values = [*node.args[:1], *(key.value for key in node.keywords if key.arg == "id")]
        elif isinstance(node, ast.Assign):
            values = [node.value]
        for value in values:
            text = _text(value)
            if text.partition(".")[0] in _AREAS and text.count(".") == 1 and " " not in text:
                yield text


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
