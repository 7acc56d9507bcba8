"""Named JSON objects of one kind, and how long ones are kept."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from redash_migration.record.reading import json_of, object_of
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


def as_text(value: Mapping[str, Any]) -> str:
    """JSON whose keys are in order: the same object is the same text."""
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)


LARGEST_TEXT = 200_000
"""Bytes of a fact that stands in the table as it is; DynamoDB refuses an item of 400 KB."""


def packed(text: str) -> str:
    """JSON as it is, or, where it is long (thousands of tables), compressed to base64 text."""
    whole = text.encode()
    return text if len(whole) <= LARGEST_TEXT else base64.b64encode(zlib.compress(whole)).decode()


LARGEST_UNPACKED = 20_000_000
"""Bytes of a fact: what unfolds to more was not written here."""


def unpacked(text: str) -> dict[str, Any] | None:
    """What ``packed`` was given; None where it was given nothing of the kind."""
    if text.startswith("{"):
        return object_of(text)
    try:
        whole = zlib.decompressobj().decompress(base64.b64decode(text), LARGEST_UNPACKED)
        return object_of(whole.decode())
    except (ValueError, zlib.error):
        return None
