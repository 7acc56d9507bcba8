"""A list of settings in a terminal's width: the second column is wrapped under itself."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

_LEAST = 24
"""Columns that a text is given at least."""
_FIGURE = re.compile(r"(?<=\d) (?=(?:s|min|h|GB|MB|of)\b)|(?<=\bof) (?=\d)")
_KEPT = "\N{NO-BREAK SPACE}"


def fitted(text: str, width: int) -> str:
    """Paragraphs and entries, none of their lines longer than ``width`` where it can be helped."""
    return "\n".join(line for entry in _entries(text) for line in _lines(entry, width))


def sentences(text: str, width: int) -> str:
    """Each line wrapped under its own indent; a figure stays with its unit, an address whole."""
    return "\n".join(_sentence(line, width) for line in text.split("\n"))


def _sentence(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    joined = _FIGURE.sub(_KEPT, line.strip())
    wrapped = textwrap.fill(
        joined,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped.replace(_KEPT, " ")


def _entries(text: str) -> Iterator[str]:
    """Each entry or paragraph as one line: lines that go on are joined to the one before."""
    gathered = ""
    column = 0
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if gathered and line.strip() and indent == column:
            gathered = f"{gathered} {line.strip()}"
            continue
        if gathered:
            yield gathered
        gathered, column = line, _column(line)
        if not line.strip():
            yield ""
            gathered = ""
    if gathered:
        yield gathered


def _column(line: str) -> int:
    """Where a line's text begins, and so where it would go on."""
    # ``  NAME   text``: a name is one word, or two spaces stand behind it.
    found = re.match(r"^ +\S+ +(?=\S)|^ +\S.*? {2,}(?=\S)", line)
    return found.end() if found else 0


def _lines(entry: str, width: int) -> list[str]:
    column = _column(entry)
    if not entry.strip():
        return [""]
    if not column:
        indent = " " * (len(entry) - len(entry.lstrip()))
        return textwrap.wrap(entry.strip(), width, initial_indent=indent, subsequent_indent=indent)
    name, text = entry[:column].rstrip(), entry[column:]
    left = min(column, max(width - _LEAST, 0))
    lines = textwrap.wrap(
        text, width, initial_indent=" " * left, subsequent_indent=" " * left, break_on_hyphens=False
    )
    if len(name) + 1 > left:
        return [name, *lines]
    return [f"{name:<{left}}{lines[0].lstrip()}", *lines[1:]]
