"""Names that others chose, as text that says something and does nothing.

A table, a data source, a role or an instance may be called anything its maker liked: with line
breaks, which forge the lines of a mail; with escape sequences, which a terminal obeys; with marks
that turn the direction of writing, which show another name than the one that is meant (Unicode
Standard Annex 9; UTR 36, "Bidirectional Text Spoofing"). So what is said to people goes through
`plain` where it is made (a check, a failure) or where it leaves (a page, a terminal).
"""

from __future__ import annotations

import unicodedata

_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def plain(text: str, *, keep: str = "") -> str:
    """One line: line breaks are spaces, other controls and marks shown as ``\\x1b``, ``\\u202e``.

    ``keep`` names the line breaks and tabs that may stay, where lines are the text's own.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter in keep or unicodedata.category(letter) == "Zs" else _shown(letter)
        for letter in text
    )


def shortened(text: str, most: int) -> str:
    """``text``, or its beginning and a mark that it goes on: ``most`` characters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _shown(letter: str) -> str:
    if letter in _SPACES:
        return " "
    return letter if letter.isprintable() else ascii(letter)[1:-1]
