"""Recoverable errors: how long a run tries again when a database can't be reached.

AWS DMS User Guide, "Error handling task settings": RecoverableErrorCount attempts (-1: as many as
it takes; the service then still gives up after nine in a row), RecoverableErrorInterval seconds
apart.
"""

from __future__ import annotations

import time

from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.task.task_settings import TaskSettings

_SUCCESSIVE_FAILURES = 9


class Outage:
    """Counts attempts while a database can't be reached."""

    def __init__(self, settings: TaskSettings, interval_seconds: float | None = None) -> None:
        count = settings.number("RecoverableErrorCount")
        self._attempts = _SUCCESSIVE_FAILURES if count < 0 else count
        self._interval = (
            settings.number("RecoverableErrorInterval")
            if interval_seconds is None
            else interval_seconds
        )
        self._since: float | None = None

    def over(self) -> None:
        """The database answers again."""
        self._since = None

    def failed(self, error: Exception) -> None:
        """An attempt failed. Raises TaskFailure when there have been too many."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        if now - self._since > self._attempts * self._interval:
            text = " ".join(str(error).split())
            raise TaskFailure(
                f"Task was suspended after {self._attempts} successive recovery failures: {text}.",
                recoverable=True,
            ) from error
