"""The record's table in memory: the same contract, for orders of events that nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from redash_migration.record.table import Condition, ConditionNotMet, Expected, Item, Value


class Memory:
    """A RecordTable in memory whose every call is one step, as in DynamoDB."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self._lock = threading.RLock()

    def put_new(self, item: Item) -> bool:
        with self._lock:
            key = (str(item["pk"]), str(item["sk"]))
            if key in self.items:
                return False
            self.items[key] = dict(item)
            return True

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            found = self.items.get((pk, sk))
            return None if found is None else dict(found)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        with self._lock:
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
        with self._lock:
            item = self.items.get((pk, sk), {"pk": pk, "sk": sk})
            if not Condition(pk, sk, expected or {}).holds(item):
                return None
            sums = {name: item.get(name, 0) for name in add or {}}
            if not all(_is_number(found) for found in sums.values()):
                item, sums = {"pk": pk, "sk": sk}, {}
            added = {name: int(sums.get(name, 0)) + number for name, number in (add or {}).items()}
            changed: Item = {**(first or {}), **item, **(values or {}), **added}
            self.items[pk, sk] = changed
            return dict(changed)

    def update_all(self, pk: str, entries: Mapping[str, Mapping[str, Value]]) -> None:
        with self._lock:
            for sk, values in entries.items():
                Memory.update(self, pk, sk, values=values)

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        with self._lock:
            if not condition.holds(self.items.get((condition.pk, condition.sk), {})):
                raise ConditionNotMet(condition.sk)
            if Memory.update(self, pk, sk, values=values, expected=expected) is None:
                return False
            if condition.notes:
                Memory.update(self, condition.pk, condition.sk, values=condition.notes)
            return True


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
