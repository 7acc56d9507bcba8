"""The ledger: what was asked for, and what was acknowledged.

Each write stands in it twice: before it is sent (``sent``), and when a 2xx came back
(``acknowledged``). A write that was sent and not acknowledged may be there or not; one that was
acknowledged must be.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from redash_migration.clock import now, stamp

State = Literal["sent", "acknowledged", "refused"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line: the row by its table and key, and its columns after the write.

    A value whose name begins with an underscore is no column: ``_query`` is the query that an
    execution belongs to.
    """

    number: int
    at: str
    state: State
    kind: str
    table: str
    key: str
    values: Mapping[str, Any]


class Ledger:
    """Appends entries; safe in threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._number = 0
        self.acknowledged = 0

    def sent(self, kind: str, table: str, key: str, values: Mapping[str, Any]) -> LedgerEntry:
        """Write down what is about to be asked for; ``key`` is empty for a row to be made."""
        with self._lock:
            self._number += 1
            entry = LedgerEntry(self._number, stamp(now()), "sent", kind, table, key, dict(values))
            self._append(entry)
        return entry

    def acknowledged_write(
        self, entry: LedgerEntry, *, key: str = "", values: Mapping[str, Any] | None = None
    ) -> None:
        """The write was answered with 2xx; ``key`` is the row's where it was made just now."""
        with self._lock:
            self.acknowledged += 1
            self._append(_ended(entry, "acknowledged", key, values))

    def refused(self, entry: LedgerEntry) -> None:
        """The server said that nothing was written (4xx, 5xx from a transaction undone)."""
        with self._lock:
            self._append(_ended(entry, "refused", "", None))

    def close(self) -> None:
        """No more entries."""
        with self._lock:
            if not self._file.closed:
                self._file.close()

    def _append(self, entry: LedgerEntry) -> None:
        if not self._file.closed:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()


def _ended(
    entry: LedgerEntry, state: State, key: str, values: Mapping[str, Any] | None
) -> LedgerEntry:
    return LedgerEntry(
        number=entry.number,
        at=stamp(now()),
        state=state,
        kind=entry.kind,
        table=entry.table,
        key=key or entry.key,
        values={**entry.values, **(values or {})},
    )


def read_ledger(path: Path) -> list[LedgerEntry]:
    """Every entry in its order."""
    with path.open(encoding="utf-8") as file:
        return [LedgerEntry(**json.loads(line)) for line in file if line.strip()]
