"""What runs in Redash's own python can do without a newer one: 3.7 in the image of Redash 10.1."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

import pytest

from docs_generator.host_document import programs_in_redash

ROOT = Path(__file__).parents[3]
PROGRAMS = programs_in_redash(ROOT)
OLDEST = (3, 7)

NEWER = {
    "removeprefix", "removesuffix", "is_relative_to", "cache", "cached_property", "prod", "isqrt",
    "to_thread", "zoneinfo", "tomllib", "graphlib", "pairwise", "batched", "unparse", "bit_count",
    "fromisocalendar", "shlex.join", "readlink", "missing_ok", "dirs_exist_ok", "strict",
}  # fmt: skip
"""Names that the standard library has had since 3.8 or later, as attribute, module or argument."""


def troubles(program: str) -> list[str]:
    """What Python 3.7 would stumble over, which compiles here without a word."""
    tree = ast.parse(program, feature_version=OLDEST)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    types = {name for name, value in vars(builtins).items() if isinstance(value, type)}
    for one in imports:
        if one.module in {"collections", "collections.abc", "contextlib", "re", "queue"}:
            types |= {name.asname or name.name for name in one.names}
    unevaluated = never_evaluated(tree, postponed="__future__" in {o.module for o in imports})
    found = []
    for node in ast.walk(tree):
        if node in unevaluated:
            continue
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).split(".")[-1] in types:
            found.append(f"line {node.lineno}: {ast.unparse(node)} is evaluated")
        if {name_of(node), name_of(node).rpartition(".")[2]} & NEWER:
            found.append(f"{name_of(node)} is newer")
    return found


def never_evaluated(tree: ast.AST, *, postponed: bool) -> set[ast.AST]:
    """What only a type checker reads: annotations, where they are postponed, and its imports."""
    unseen: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if postponed and isinstance(node, ast.arg | ast.AnnAssign):
            unseen.append(node.annotation)
        elif postponed and isinstance(node, ast.FunctionDef):
            unseen.append(node.returns)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            unseen += node.body
    return {part for node in unseen if node for part in ast.walk(node)}


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return ast.unparse(node)
    if isinstance(node, ast.alias):
        return node.name
    return (isinstance(node, ast.keyword) and node.arg) or ""


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_it_needs_no_newer_python_than_redash_10_has(name: str) -> None:
    assert troubles(PROGRAMS[name]) == []


@pytest.mark.parametrize(
    "program",
    [
        "Answer = tuple[str, str]",
        "def f(x: list[int]): pass",
        "from collections.abc import Sequence\nSequences = Sequence[str]",
        "from __future__ import annotations\nclass A(dict[str, int]): pass",
        "'x'.removeprefix('y')",
        "import zoneinfo",
        "zip(a, b, strict=True)",
        "import shlex\nshlex.join(a)",
    ],
)
def test_what_would_fail_there_is_found(program: str) -> None:
    assert troubles(program)


@pytest.mark.parametrize(
    "program",
    [
        "from __future__ import annotations\ndef f(x: list[int]) -> dict[str, int]: return x[0]",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    A = tuple[int]",
        "', '.join(one[0] for one in rows)",
    ],
)
def test_what_works_there_is_left_alone(program: str) -> None:
    assert troubles(program) == []
