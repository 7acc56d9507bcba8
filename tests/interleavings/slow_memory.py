"""The record's table, at which somebody else may always be quicker."""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.record.table import Condition, Expected, Item, Value
from tests.interleavings.actors import stand_still
from tests.memory import Memory


class SlowMemory(Memory):
    """The record's table; whoever comes to it stands still first, and others may be quicker."""

    def put_new(self, item: Item) -> bool:
        stand_still()
        return super().put_new(item)

    def get(self, pk: str, sk: str) -> Item | None:
        stand_still()
        return super().get(pk, sk)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        stand_still()
        return super().query(pk, prefix)

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
        stand_still()
        return super().update(pk, sk, values=values, first=first, add=add, expected=expected)

    def update_all(self, pk: str, entries: Mapping[str, Mapping[str, Value]]) -> None:
        stand_still()
        super().update_all(pk, entries)

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        stand_still()
        return super().update_under(condition, pk, sk, values=values, expected=expected)
