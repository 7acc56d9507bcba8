"""The record's table in memory: the same contract, for orders of events that nobody waits for."""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.record.table import Condition, ConditionNotMet, Expected, Item, Value


class Memory:
    """A RecordTable in memory."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def put_new(self, item: Item) -> bool:
        key = (str(item["pk"]), str(item["sk"]))
        if key in self.items:
            return False
        self.items[key] = dict(item)
        return True

    def get(self, pk: str, sk: str) -> Item | None:
        found = self.items.get((pk, sk))
        return None if found is None else dict(found)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        keys = sorted(key for key in self.items if key[0] == pk and key[1].startswith(prefix))
        return [dict(self.items[key]) for key in keys]

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
        item = self.items.get((pk, sk), {"pk": pk, "sk": sk})
        if not Condition(pk, sk, expected or {}).holds(item):
            return None
        sums = {name: int(item.get(name, 0)) + number for name, number in (add or {}).items()}
        changed: Item = {**(first or {}), **item, **(values or {}), **sums}
        self.items[pk, sk] = changed
        return dict(changed)

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        if not condition.holds(self.items.get((condition.pk, condition.sk), {})):
            raise ConditionNotMet(condition.sk)
        if Memory.update(self, pk, sk, values=values, expected=expected) is None:
            return False
        if condition.notes:
            Memory.update(self, condition.pk, condition.sk, values=condition.notes)
        return True
