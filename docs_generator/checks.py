"""The checks by their reason strings, found where the code makes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from redash_migration.approval.texts.english_checks import ENGLISH_CHECKS
from redash_migration.approval.texts.japanese_checks import of_kind


def checks_table(root: Path) -> str:
    """Every id that stands in the code: what it asks, and what to do where it does not pass."""
    lines = ["| check | what it asks | where it does not pass |", "|---|---|---|"]
    for name in sorted(check_ids(root)):
        asked, remedy = words_of(name)
        lines.append(f"| `{name}` | {asked} | {remedy} |")
    return "\n".join(lines) + "\n"


def words_of(check_id: str) -> tuple[str, str]:
    """The words of an id, of a return's the other way's; KeyError where there are none."""
    found = of_kind(check_id, ENGLISH_CHECKS)
    if found is None:
        raise KeyError(f"{check_id}: give it words in approval/texts/english_checks.py")
    return found


def check_ids(root: Path) -> set[str]:
    """Every id that the code makes; a computed part shows as an asterisk."""
    package = root / "layers" / "redash_migration" / "redash_migration"
    return {
        name
        for path in package.rglob("*.py")
        # The approval's texts of that form are the parts of a page.
        if not path.is_relative_to(package / "approval") or path.name == "readiness.py"
        for name in _ids(path.relative_to(package), ast.parse(path.read_text(encoding="utf-8")))
    }


def _ids(module: Path, tree: ast.AST) -> Iterator[str]:
    """Texts of the form area.name, wherever they stand."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        text = _text(node)
        if module.name == "possible.py" and text in _OF_A_RETURN:
            yield f"return.{text}"
        if text in {"replication_ended", "taken_back"}:
            yield f"return.{text}"
        yield from (f"{text}{name}" for name in _COMPUTED.get(text, ()))
        found = _ID.fullmatch(text)
        if found is None or found["name"].endswith("json"):
            continue
        if found["area"] in _AREAS:
            yield from _sides(text)
        elif text == "*.reachable":
            yield from ("source.reachable", "target.reachable")


def _sides(text: str) -> Iterator[str]:
    """``replication.*_endpoint`` stands for one of each side."""
    if "*_" in text:
        yield from (text.replace("*_", f"{side}_") for side in ("source", "target"))
    else:
        yield text


_COMPUTED = {
    "secrets.": ("cookie_secret", "secret_key"),
    "smoke.": ("alerts", "dashboards"),
}
"""Beginnings to which the code adds a name, with the names."""

_OF_A_RETURN = frozenset(
    {"keyless_tables", "new_schema", "old_schema", "old_database", "old_role", "room"}
)

_ID = re.compile(r"(?P<area>[a-z_*]+)\.(?P<name>[a-z_*]+(\.\*)*)")

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
        "undo",
        "databases",
        "settings",
        "proof",
        "approval",
        "live",
        "clean_up",
        "roll_back",
        "precopy",
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
