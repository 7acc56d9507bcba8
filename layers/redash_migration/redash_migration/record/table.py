"""What the record asks of the table that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Value = str | int | float | bool
Item = dict[str, Value]
"""One entry: ``pk`` (the migration's id), ``sk`` (kind and name), flat attributes.

Nested values are kept as JSON text by whoever writes them, so that a condition can compare them.
"""


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
        expected: Mapping[str, Value | None] | None = None,
    ) -> Item | None:
        """Change an entry (made when absent) and return it as it is afterwards.

        ``values`` are set, ``first`` only where the attribute is absent, ``add`` adds numbers.
        With ``expected``, nothing happens and None comes back unless every attribute named holds
        the value given (None: is absent).
        """

    def delete(self, pk: str, sk: str, *, expected: Mapping[str, Value] | None = None) -> bool:
        """Remove an entry; False when the expectation does not hold."""
