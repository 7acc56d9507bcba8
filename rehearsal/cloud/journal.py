"""Everything that happens in a rehearsal, in order: events.ndjson and whoever listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Listener = Callable[[Record], None]


class Journal:
    """Appends records to a file, one JSON object a line, and hands each to the listeners.

    A record is ``{"at": ISO 8601 with milliseconds, "kind": ..., **fields}``. Listeners are called
    in the thread in which the thing happened, and must be quick.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def record(self, kind: str, **fields: Any) -> Record:
        """Write one record down and tell the listeners."""
        record: Record = {"at": now(), "kind": kind, **fields}
        line = json.dumps(record, ensure_ascii=False, default=str)
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                self._file.flush()
        for listener in list(self.listeners):
            listener(record)
        return record

    def close(self) -> None:
        """No more records; later ones reach the listeners only."""
        with self._lock:
            self._file.close()


def now() -> str:
    """The time as AWS writes it: UTC, milliseconds, Z."""
    return aws_time(datetime.now(UTC))


def aws_time(moment: datetime) -> str:
    """A moment as AWS writes it in events and context objects."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
