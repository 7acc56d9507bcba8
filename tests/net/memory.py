"""The record in memory: what is judged here is the data, and a thousand migrations go through."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from redash_migration.record.table import (
    Condition,
    ConditionNotMet,
    Expected,
    Item,
    Value,
    fits,
)


class MemoryTable:
    """A RecordTable whose every call is one step, as in DynamoDB."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = threading.RLock()

    def put_new(self, item: Item) -> bool:
        with self._lock:
            key = str(item["pk"]), str(item["sk"])
            if key in self._items:
                return False
            self._items[key] = dict(item)
            return True

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            found = self._items.get((pk, sk))
            return None if found is None else dict(found)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        with self._lock:
            keys = sorted(key for key in self._items if key[0] == pk and key[1].startswith(prefix))
            return [dict(self._items[key]) for key in keys]

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
            item = dict(self._items.get((pk, sk), {"pk": pk, "sk": sk}))
            if not all(fits(item.get(name), wanted) for name, wanted in (expected or {}).items()):
                return None
            item |= dict(values or {})
            item |= {name: value for name, value in (first or {}).items() if name not in item}
            for name, number in (add or {}).items():
                before = item.get(name, 0)
                item[name] = (before if isinstance(before, int) else 0) + number
            self._items[pk, sk] = item
            return dict(item)

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
            if not condition.holds(self._items.get((condition.pk, condition.sk), {})):
                raise ConditionNotMet
            return self.update(pk, sk, values=values, expected=expected) is not None
