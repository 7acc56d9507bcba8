"""What all users write down: each request that should have changed rows, in one order."""

from __future__ import annotations

import itertools
import time
from threading import Lock
from typing import Any

from rehearsal.workload.ledger import Key, Ledger, Write
from rehearsal.workload.redash_client import Reply

Row = tuple[str, Key, dict[str, Any] | None]
"""Table, key, and the columns as they should be now; None for a row that should be gone."""


class Notebook:
    """Numbers the requests of all users and passes them on to the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._numbers = itertools.count(1)
        self._lock = Lock()
        self.acknowledged = 0

    def note(self, reply: Reply, kind: str, *rows: Row) -> None:
        """Note the rows of one request with the answer that it got."""
        with self._lock:
            number = next(self._numbers)
            self.acknowledged += reply.acknowledged
        self._ledger.write(
            *(
                Write(
                    number=number,
                    kind=kind,
                    table=table,
                    key=key,
                    row=row,
                    acknowledged=reply.acknowledged,
                    status=reply.status,
                    side=reply.side,
                    at=time.time(),
                )
                for table, key, row in rows
            )
        )
