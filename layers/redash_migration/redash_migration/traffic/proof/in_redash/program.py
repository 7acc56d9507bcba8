"""The proof as one program, for a container that has nothing of this project.

An override of a task may have 8,192 characters, so nothing of it is for readers: no comment, no
docstring, one blank a step. The files follow each other, and do without imports of each other.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

FILES = ("trials.py", "addresses.py", "redis_seen.py", "prover.py")
_OWN = re.compile(r"from redash_migration\S+ import (?:\([^)]*\)|[^(\n]+)\n")


def program() -> str:
    """Its text; every text of several lines in it is SQL, to which blanks mean nothing."""
    here = Path(__file__).parent
    return "\n".join(bare(_OWN.sub("", (here / name).read_text("utf-8"))) for name in FILES)


def bare(source: str) -> str:
    """A program without what only readers need."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node):
            told = node.body[0]
            lines[told.lineno - 1 : told.end_lineno] = [""] * (
                (told.end_lineno or told.lineno) - told.lineno + 1
            )
    kept = [line.rstrip() for line in lines if line.strip() and not re.match(r"\s*#", line)]
    return "\n".join(re.sub(r"^(?:    )+", lambda found: " " * (len(found[0]) // 4), one)
                     for one in kept)  # fmt: skip
