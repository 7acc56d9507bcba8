"""Events of a task, in the shape that EventBridge delivers them, sent a moment after the fact.

AWS DMS User Guide, "AWS DMS event categories and event messages". A recorded failure event has
no eventId and the category "Failure".
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

CREATED = "REPLICATION_TASK_CREATED"
STARTED = "REPLICATION_TASK_STARTED"
STOPPED = "REPLICATION_TASK_STOPPED"
FAILED = "REPLICATION_TASK_FAILED"
DELETED = "REPLICATION_TASK_DELETED"

_IDS = {
    CREATED: "DMS-EVENT-0074",
    STARTED: "DMS-EVENT-0069",
    STOPPED: "DMS-EVENT-0079",
    DELETED: "DMS-EVENT-0073",
}
_CATEGORIES = {CREATED: "Creation", DELETED: "Deletion", FAILED: "Failure"}

Emit = Callable[..., None]


def detail(kind: str, message: str, *, region: str, identifier: str) -> dict[str, Any]:
    """The detail of one event."""
    found = {
        "type": "REPLICATION_TASK",
        "category": _CATEGORIES.get(kind, "StateChange"),
        "eventType": kind,
        "resourceLink": (
            f"https://console.aws.amazon.com/dms/v2/home?region={region}#taskDetails/{identifier}"
        ),
        "detailMessage": message,
    }
    if kind in _IDS:
        found["eventId"] = _IDS[kind]
    return found


class EventSender:
    """Sends events in order from a thread of its own, each a moment after it was posted."""

    def __init__(
        self, emit: Emit, region: str, withheld: set[str], delay_seconds: float = 0.05
    ) -> None:
        self._emit = emit
        self._region = region
        self._delay = delay_seconds
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dms-events", daemon=True)
        self._withheld = withheld
        self._thread.start()

    def post(self, kind: str, message: str, *, arn: str, identifier: str) -> None:
        """Announce a change of a task."""
        if kind in self._withheld:
            return
        self._queue.put(
            {
                "source": "aws.dms",
                "detail_type": "DMS Replication Task State Change",
                "detail": detail(kind, message, region=self._region, identifier=identifier),
                "resources": [arn],
            }
        )

    def stop(self) -> None:
        """Send nothing more."""
        self._end.set()
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (event := self._queue.get()) is not None:
            if self._end.wait(self._delay):
                return
            try:
                self._emit(**event)
            except Exception:
                log.exception("an event of DMS could not be sent")
