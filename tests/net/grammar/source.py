"""What a generated source is, and what the grammar remembers of it while it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.net.grammar.values import Type

READER = "net_reader"
"""A role on both servers that may be given rights."""
STRANGER = "net_stranger"
"""A role that only the old server knows."""


@dataclass
class Table:
    """What the grammar remembers of a table it has made."""

    name: str
    columns: list[tuple[str, Type, bool]] = field(default_factory=list)
    key: list[tuple[str, Type]] = field(default_factory=list)
    rows: int = 0
    identity: bool = False


@dataclass
class Source:
    """A database in the old server, what changes in it before the freeze, and who carries it.

    `kept_open` runs in a transaction that begins before the early copies and is committed with the
    changes, `meanwhile` after each of these copies. `altered` changes the schema: it has to be
    found behind the fence. With `plain_role` the migration's role is no superuser and owns no
    table.
    """

    encoding: str = "UTF8"
    plain_role: bool = False
    made: list[str] = field(default_factory=list)
    kept_open: list[str] = field(default_factory=list)
    meanwhile: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)

    @property
    def beyond(self) -> str:
        """A text beyond ASCII that fits into the encoding."""
        return "é" if self.encoding == "LATIN1" else "日本"

    def __repr__(self) -> str:
        who = "a plain role" if self.plain_role else "a superuser"
        parts = {
            "changes": self.changes,
            "kept open": self.kept_open,
            "meanwhile": self.meanwhile,
            "altered": self.altered,
        }
        lines = ["", f"-- {self.encoding}, carried by {who}", *self.made]
        for title, statements in parts.items():
            if statements:
                lines += [f"-- {title}", *statements]
        return ";\n".join(lines)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
