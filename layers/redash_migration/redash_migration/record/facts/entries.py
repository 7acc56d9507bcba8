"""Named JSON objects of one kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from redash_migration.record.reading import json_of
from redash_migration.record.table import RecordTable


class Entries:
    """Named JSON objects of one kind (``TABLE#``), each written by whoever finds it out, merged by
    key."""

    def __init__(self, table: RecordTable, migration_id: str, kind: str) -> None:
        self._table = table
        self._id = migration_id
        self._kind = kind

    def put(self, name: str, entry: Mapping[str, Any]) -> None:
        """Set the keys given; keys set earlier stay."""
        self.put_all({name: entry})

    def put_all(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """The same for several, by name."""
        self._table.update_all(
            self._id,
            {
                f"{self._kind}{name}": {
                    f"v_{key}": json.dumps(value) for key, value in entry.items()
                }
                for name, entry in entries.items()
            },
        )

    def get(self, name: str) -> dict[str, Any]:
        """One entry; empty when there is none."""
        item = self._table.get(self._id, f"{self._kind}{name}")
        return {} if item is None else _values(item)

    def all(self) -> dict[str, dict[str, Any]]:
        """Every entry by its name."""
        items = self._table.query(self._id, self._kind)
        return {str(item["sk"]).removeprefix(self._kind): _values(item) for item in items}


def _values(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key[2:]: json_of(str(value)) for key, value in item.items() if key.startswith("v_")}
