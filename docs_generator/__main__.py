"""Write the generated parts into the documents, or (with --check) say which are stale.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; in a template,
between ``# generated: NAME`` and ``# end``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from docs_generator.checks import checks_table
from docs_generator.early_judges import early_judges_table
from docs_generator.errors import errors_table
from docs_generator.faults import faults_table
from docs_generator.host_document import host_document_yaml
from docs_generator.japanese import (
    checks_table_in_japanese,
    early_judges_table_in_japanese,
    errors_table_in_japanese,
)
from docs_generator.machine import picture, states_table

ROOT = Path(__file__).parents[1]
PARTS: dict[str, Callable[[Path], str]] = {
    "picture": picture,
    "states": states_table,
    "errors": errors_table,
    "early_judges": early_judges_table,
    "checks": checks_table,
    "errors_ja": errors_table_in_japanese,
    "early_judges_ja": early_judges_table_in_japanese,
    "checks_ja": checks_table_in_japanese,
    "faults": faults_table,
    "host_document": host_document_yaml,
}
_PART = re.compile(
    r"((?:<!-- generated: (?P<document>\w+) -->|[ ]*# generated: (?P<template>\w+))\n)"
    r".*?(<!-- end -->|[ ]*# end\n)",
    re.DOTALL,
)


def generated(text: str, root: Path = ROOT) -> str:
    """The document with every generated part as it should be now."""

    def anew(part: re.Match[str]) -> str:
        made = PARTS[part["document"] or part["template"]](root)
        return f"{part[1]}{made}{part[4]}"

    return _PART.sub(anew, text)


def stale(root: Path = ROOT, *, write: bool = False) -> list[Path]:
    """The documents whose generated parts differ from the code; brought up to date on request."""
    found = []
    for path in [root / "README.md", root / "template.yaml", *sorted((root / "docs").glob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        wanted = generated(text, root)
        if wanted != text:
            found.append(path)
            if write:
                path.write_text(wanted, encoding="utf-8")
    return found


if __name__ == "__main__":
    checking = "--check" in sys.argv[1:]
    changed = stale(write=not checking)
    for document in changed:
        print(f"{'stale' if checking else 'written'}: {document.relative_to(ROOT)}")
    sys.exit(bool(changed) and checking)
