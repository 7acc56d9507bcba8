"""Write the generated parts into the documents, or (with --check) say which are stale.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; a file of
``FILES`` is generated whole.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from docs_generator.checks import checks_table
from docs_generator.early_checks import early_checks_table
from docs_generator.errors import errors_table
from docs_generator.faults import faults_table
from docs_generator.host_document import host_document_yaml
from docs_generator.japanese import (
    checks_table_in_japanese,
    early_checks_table_in_japanese,
    errors_table_in_japanese,
)
from docs_generator.machine import picture, states_table

ROOT = Path(__file__).parents[1]
PARTS: dict[str, Callable[[Path], str]] = {
    "picture": picture,
    "states": states_table,
    "errors": errors_table,
    "early_checks": early_checks_table,
    "checks": checks_table,
    "errors_ja": errors_table_in_japanese,
    "early_checks_ja": early_checks_table_in_japanese,
    "checks_ja": checks_table_in_japanese,
    "faults": faults_table,
}
_PART = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
FILES: dict[str, Callable[[Path], str]] = {"host/document.yaml": host_document_yaml}


def generated(text: str, root: Path = ROOT) -> str:
    """The document with every generated part as it should be now."""

    def anew(part: re.Match[str]) -> str:
        return f"{part[1]}{PARTS[part['name']](root)}{part[3]}"

    return _PART.sub(anew, text)


def stale(root: Path = ROOT, *, write: bool = False) -> list[Path]:
    """The documents whose generated parts differ from the code; brought up to date on request."""
    found = []
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    wanted_texts = {path: generated(path.read_text(encoding="utf-8"), root) for path in pages}
    wanted_texts |= {root / name: made(root) for name, made in FILES.items()}
    for path, wanted in wanted_texts.items():
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
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
