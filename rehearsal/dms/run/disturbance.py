"""Faults on purpose: what a test or a rehearsal breaks about the service."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Disturbance:
    """Everything that can be broken; all of it off at first. Holds for every task."""

    apply_paused: threading.Event = field(default_factory=threading.Event)
    """While set, changes are captured but not applied: the lag grows, the task runs on."""
    failure: str | None = None
    """The running task fails with this text, once."""
    stop_delay_seconds: float = 0.0
    """A stop takes this much longer."""
    start_delay_seconds: float = 0.0
    """A start takes this much longer."""
    stale_seconds: float = 0.0
    """For so long after it was told to go on, a task is described as it was before: stopped."""
    withheld_events: set[str] = field(default_factory=set)
    """Event types, such as REPLICATION_TASK_STOPPED, that never arrive."""

    def take_failure(self) -> str | None:
        """The text to fail with, once."""
        text, self.failure = self.failure, None
        return text
