"""When the service answered, and when it did not."""

from __future__ import annotations

import time
from collections import Counter
from threading import Lock

from rehearsal.workload.ledger import Ledger, Outage


class Availability:
    """Puts failures together to outages; times are seconds since 1970."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._down_since: float | None = None
        self._total = 0.0
        self._lock = Lock()
        self.server_errors: Counter[tuple[str, str]] = Counter()
        """Answers with 5xx of Redash itself, by what was asked and the target group."""

    def failed(self, began: float) -> None:
        """A request that began then got no answer, or a 5xx."""
        with self._lock:
            if self._down_since is None:
                self._down_since = began

    def refused(self, what: str, side: str) -> None:
        """Redash itself answered with 5xx: users met an error page, or lost what they typed."""
        with self._lock:
            self.server_errors[what, side] += 1

    def answered(self, began: float) -> None:
        """A request that began then was answered."""
        with self._lock:
            # A slow answer to a request of before says nothing about now.
            if self._down_since is not None and began >= self._down_since:
                self._end(time.time())

    def close(self) -> None:
        """Count an outage that has not ended up to now."""
        with self._lock:
            if self._down_since is not None:
                self._end(time.time())

    @property
    def down(self) -> bool:
        """Whether the last that was heard is a failure."""
        return self._down_since is not None

    @property
    def unavailable_seconds(self) -> float:
        """All outages together, the present one included."""
        since = self._down_since
        return self._total + (time.time() - since if since is not None else 0.0)

    def _end(self, now: float) -> None:
        since = self._down_since or now
        self._total += now - since
        self._down_since = None
        self._ledger.outage(Outage(since, now))
