"""What the record asks of the table that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Value = str | int | float | bool
Expected = Value | tuple[Value | None, ...] | None
"""What an attribute must hold: this value, one of these, or (None) nothing at all."""

Item = dict[str, Value]
"""One entry: ``pk`` (the migration's id), ``sk`` (kind and name), flat attributes.

Nested values are kept as JSON text by whoever writes them, so that a condition can compare them.
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of another entry in the very moment of a write, and what is noted there."""

    pk: str
    sk: str
    expected: Mapping[str, Expected]
    notes: Mapping[str, Value] = field(default_factory=dict)

    def holds(self, item: Mapping[str, Value]) -> bool:
        """Whether an entry is as expected; an absent one is empty."""
        return all(fits(item.get(name), wanted) for name, wanted in self.expected.items())


def fits(found: Value | None, wanted: Expected) -> bool:
    """Whether an attribute holds what is expected of it."""
    return found in wanted if isinstance(wanted, tuple) else found == wanted


class ConditionNotMet(Exception):
    """The entry that a write depends on is not as expected; nothing was written."""


class RecordTable(Protocol):
    """A table with conditional writes (DynamoDB; strongly consistent reads)."""

    def put_new(self, item: Item) -> bool:
        """Write an entry; False when one with this pk and sk is there already."""

    def get(self, pk: str, sk: str) -> Item | None:
        """One entry, or None."""

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """All entries of a migration whose sk begins with the prefix, in the order of sk."""

    def update(
        self,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value] | None = None,
        first: Mapping[str, Value] | None = None,
        add: Mapping[str, int] | None = None,
        expected: Mapping[str, Expected] | None = None,
    ) -> Item | None:
        """Change an entry (made when absent) and return it as it is afterwards.

        ``values`` are set, ``first`` only where the attribute is absent, ``add`` adds numbers. An
        entry that can't take that, having no number there or no room, is written anew with it.
        With ``expected``, nothing happens and None comes back unless every attribute named holds
        the value given (a tuple: one of its values; None: is absent).
        """

    def update_all(self, pk: str, entries: Mapping[str, Mapping[str, Value]]) -> None:
        """Set the values of several entries (made when absent), by sk, a hundred in one piece;
        where one of them has no room for that, each is set by itself as in ``update``."""

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        """Change an entry in one transaction with a look at another one, and what it notes there.

        Raises ConditionNotMet when the condition does not hold; False when the entry itself is not
        as expected.
        """
