"""The ledger: what was written, by whom it was acknowledged, and when nobody answered.

A file of JSON lines. ``{"write": ...}`` is one row as a write should have left it, whether it was
acknowledged or not; ``{"outage": ...}`` a time without service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

Key = dict[str, Any]

ANY = "<any>"
"""The value of a column of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Write:
    """One row after a write: ``row`` holds the columns that it set, None if it was deleted.

    ``number`` orders the requests; those to one row come from one user, one after the other. A
    request that changes two rows makes two entries.
    ``acknowledged`` means that a 2xx was seen; otherwise the write may have happened or not.
    ``side`` is the target group that answered; ``at`` is in seconds since 1970.
    """

    number: int
    kind: str
    table: str
    key: Key
    row: dict[str, Any] | None
    acknowledged: bool
    status: int
    side: str
    at: float


@dataclass(frozen=True, slots=True)
class Outage:
    """From the beginning of the first request that failed to the next answer."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long."""
        return self.ended - self.began


class Ledger:
    """Appends to the file; safe for several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = Lock()

    def write(self, *writes: Write) -> None:
        """Note writes."""
        self._append([{"write": asdict(write)} for write in writes])

    def outage(self, outage: Outage) -> None:
        """Note a time without service."""
        self._append([{"outage": asdict(outage)}])

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._file.close()

    def _append(self, entries: list[dict[str, Any]]) -> None:
        lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
        with self._lock:
            if not self._file.closed:
                self._file.write(lines)


def read_ledger(path: Path) -> Iterator[Write | Outage]:
    """All entries in the order in which they were noted."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if "write" in entry:
                yield Write(**entry["write"])
            else:
                yield Outage(**entry["outage"])
