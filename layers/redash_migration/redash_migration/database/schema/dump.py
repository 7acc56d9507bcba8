"""A plain-text pg_dump taken apart into its entries, by pg_dump's own section comments.

Each entry of the archive begins with a comment block of the form

    --
    -- Name: queries; Type: TABLE; Schema: public; Owner: -
    --

Such a line inside a quoted string or a function's body is not a heading, so the text is read with
the quoting rules of SQL (PostgreSQL manual, 4.1). An entry's SQL stays whole: the server splits
it into statements itself.
"""

from __future__ import annotations

import binascii
import gzip
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from redash_migration.errors import SchemaNotCopied


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of the dump. `number` is its place, from 1; `type` as pg_dump names it."""

    number: int
    name: str
    type: str
    schema: str
    sql: str

    @property
    def title(self) -> str:
        """For messages: TABLE public.queries."""
        place = "" if self.schema in {"", "-"} else f"{self.schema}."
        return f"{self.type} {place}{self.name}"


_HEADING = re.compile(
    r"^-- Name: (?P<name>.*); Type: (?P<type>[A-Z][A-Z ]*); "
    r"Schema: (?P<schema>.*); Owner: (?P<owner>.*)$"
)
# What can begin a piece of text in which a comment or a heading is not one.
_TOKEN = re.compile(
    r"--[^\n]*"
    r"|/\*"
    r"|(?<![A-Za-z0-9_$])[eE]'"
    r"|'"
    r'|"'
    r"|(?<![A-Za-z0-9_$\x80-\U0010ffff])\$(?:[A-Za-z_\x80-\U0010ffff]"
    r"[A-Za-z0-9_\x80-\U0010ffff]*)?\$"
)
_ESCAPED_END = re.compile(r"(?:[^'\\]|\\.|'')*'", re.DOTALL)
_PLAIN_END = re.compile(r"(?:[^']|'')*'")
_NAME_END = re.compile(r'(?:[^"]|"")*"')
_COMMENT_EDGE = re.compile(r"/\*|\*/")
# Where the source keeps things and how it stores them is not the target's business.
_TRAILING_SETTINGS = re.compile(
    r"(?:\s*^SET default_[a-z_]+ = [^;\n]*;[ \t]*$)+\s*\Z", re.MULTILINE
)
_META_COMMAND = re.compile(r"^\\(\S+).*$", re.MULTILINE)
_RULE_LINE = re.compile(r"(?:^--[ \t]*$\s*)+\Z", re.MULTILINE)
_BACKSLASHES = re.compile(r"^SET standard_conforming_strings = off;", re.MULTILINE)
_ENCODING = re.compile(rb"^SET client_encoding = '([A-Za-z0-9_-]+)';", re.MULTILINE)


def unpack(parts: Iterable[bytes]) -> str:
    """The dump's text out of its stored parts: slices of the base64 of its gzip.

    Raises SchemaNotCopied when a part is missing or damaged.
    """
    try:
        plain = gzip.decompress(b64decode(b"".join(parts), validate=True))
    except (binascii.Error, EOFError, OSError, zlib.error) as error:
        raise SchemaNotCopied(
            f"the stored schema dump is damaged ({error}); run the migration again"
        ) from error
    named = _ENCODING.search(plain)
    encoding = named[1].decode() if named else "UTF8"
    try:
        return plain.decode({"SQL_ASCII": "utf-8"}.get(encoding, encoding))
    except (LookupError, UnicodeDecodeError) as error:
        raise SchemaNotCopied(
            f"the schema dump in encoding {encoding} can't be read ({error}); "
            "dump it with --encoding=UTF8"
        ) from error


def entries(text: str) -> list[Entry]:
    """All entries in the dump's order, which is that of their dependencies.

    Lines that only psql understands (\\restrict) are dropped. Raises SchemaNotCopied when the text
    is no plain pg_dump, or one that spells texts otherwise than the target will read them.
    """
    headings = list(_headings(text))
    if not headings and "PostgreSQL database dump" not in text:
        raise SchemaNotCopied("the schema dump has no pg_dump section comments; use plain format")
    if _BACKSLASHES.search(text, 0, headings[0][0] if headings else len(text)):
        raise SchemaNotCopied(
            "the schema dump was made with standard_conforming_strings off: its backslashes would"
            " be doubled; ALTER DATABASE or ALTER ROLE ... RESET it on the source, and start again"
        )
    found = []
    for number, (start, heading) in enumerate(headings, 1):
        end = headings[number][0] if number < len(headings) else len(text)
        body = text[start + len(heading[0]) : end]
        found.append(
            Entry(number, heading["name"], heading["type"], heading["schema"], _statements(body))
        )
    return found


def _headings(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    position = 0
    while token := _TOKEN.search(text, position):
        word, after = token[0], token.end()
        if word.startswith("--"):
            heading = _HEADING.match(word)
            if heading and (token.start() == 0 or text[token.start() - 1] == "\n"):
                yield token.start(), heading
            position = after
        elif word == "/*":
            position = _comment_end(text, after)
        elif word.startswith("$"):
            position = _quote_end(text.find(word, after), word)
        else:
            pattern = {"'": _PLAIN_END, '"': _NAME_END}.get(word, _ESCAPED_END)
            end = pattern.match(text, after)
            position = _quote_end(-1 if end is None else end.end() - 1, "'")


def _quote_end(found: int, quote: str) -> int:
    if found < 0:
        raise SchemaNotCopied("the schema dump ends inside a quoted text: it is incomplete")
    return found + len(quote)


def _comment_end(text: str, position: int) -> int:
    """Comments nest in PostgreSQL."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(text, position)
        if edge is None:
            raise SchemaNotCopied("the schema dump ends inside a comment: it is incomplete")
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return position


def _statements(body: str) -> str:
    """An entry's SQL without the comment lines around it and psql's own commands at its end."""
    text = _RULE_LINE.sub("", body).strip()
    text = text.removeprefix("--").strip()
    # Only the last entry is followed by something: the closing comment and \unrestrict.
    end = text.rfind("\n-- PostgreSQL database dump complete")
    if end >= 0 and "'" not in text[end:] and "$" not in text[end:]:
        tail = text[end:]
        if (
            not _META_COMMAND.sub("", tail.replace("--", ""))
            .replace("PostgreSQL database dump complete", "")
            .strip()
        ):
            text = _RULE_LINE.sub("", text[:end] + "\n").strip()
    elif text.startswith("-- PostgreSQL database dump complete"):
        text = ""
    return _TRAILING_SETTINGS.sub("", text).strip()
