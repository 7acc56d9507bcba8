"""Everything that happens in a rehearsal, in order: events.ndjson and whoever listens."""

from __future__ import annotations

import errno
import json
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Listener = Callable[[Record], None]

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
UNTOLD = DISK_FULL | {errno.EPIPE}
"""Why nothing more can be written or shown: the disk is full, or nobody reads the output."""

STOPPED = "Rehearsal.Stopped"
"""The error of an execution that ends because somebody ends the rehearsal."""


class Journal:
    """Appends records to a file, one JSON object a line, and hands each to the listeners.

    A record is ``{"at": ISO 8601 with milliseconds, "kind": ..., **fields}``. Listeners are called
    in order, in one thread of their own: they may ask the cloud anything, and hold nothing up.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.listeners: list[Listener] = []
        self.unable: OSError | None = None
        """Why a record could not be kept or shown: whoever watches ends the rehearsal."""
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")
        self._waiting: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._tell, name="journal", daemon=True)
        self._thread.start()

    def record(self, kind: str, **fields: Any) -> Record:
        """Write one record down and tell the listeners."""
        record: Record = {"at": now(), "kind": kind, **fields}
        line = json.dumps(record, ensure_ascii=False, default=str)
        with self._lock:
            if not self._file.closed:
                with self._noting(DISK_FULL):
                    self._file.write(line + "\n")
                    self._file.flush()
                self._waiting.put(record)
        return record

    def close(self) -> None:
        """Tell what is left to tell; later records are lost."""
        with self._lock:
            if self._file.closed:
                return
            with self._noting(DISK_FULL):
                self._file.close()
            self._waiting.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _tell(self) -> None:
        while (record := self._waiting.get()) is not None:
            for listener in list(self.listeners):
                try:
                    with self._noting(UNTOLD):
                        listener(record)
                except Exception:
                    # One listener's mistake must not silence the others.
                    traceback.print_exc(file=sys.stderr)

    @contextmanager
    def _noting(self, reasons: frozenset[int]) -> Iterator[None]:
        """Whoever records goes on, in whatever thread: the one who watches says it, once."""
        try:
            yield
        except OSError as error:
            if error.errno not in reasons:
                raise
            self.unable = self.unable or error


def now() -> str:
    """The time as AWS writes it: UTC, milliseconds, Z."""
    return aws_time(datetime.now(UTC))


def aws_time(moment: datetime) -> str:
    """A moment as AWS writes it in events and context objects."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
