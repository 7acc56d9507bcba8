"""The task's CloudWatch metrics: how far change capture and apply are behind.

AWS DMS User Guide, "Monitoring AWS DMS tasks". The service refuses to take data for a namespace
that begins with AWS/ from its users, so they go to the backend directly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rehearsal.dms.databases.slot import SlotState
from rehearsal.dms.task.progress import Progress

_SECONDS_BETWEEN = 5.0

Put = Callable[[str, list[dict[str, Any]]], None]
"""Namespace and MetricData of PutMetricData."""


class Metrics:
    """CDCLatencySource, CDCLatencyTarget (seconds) and CDCIncomingChanges of one task."""

    def __init__(self, put: Put | None, instance: str, resource: str) -> None:
        self._put = put
        self._dimensions = [
            {"Name": "ReplicationInstanceIdentifier", "Value": instance},
            {"Name": "ReplicationTaskIdentifier", "Value": resource},
        ]
        self._behind_since: float | None = None
        self._goal = 0
        self._sent = 0.0
        self._changes = 0

    def take(self, slot: SlotState, progress: Progress) -> None:
        """Take in a look at the databases; sends every five seconds."""
        now = time.monotonic()
        if slot.confirmed >= self._goal:
            self._behind_since = None
            if slot.current > slot.confirmed:
                self._behind_since, self._goal = now, slot.current
        if self._put is None or now - self._sent < _SECONDS_BETWEEN:
            return
        self._sent = now
        lag = 0.0 if self._behind_since is None else now - self._behind_since
        total = sum(t.inserted + t.updated + t.deleted for t in progress.tables.values())
        values = {
            "CDCLatencySource": ("Seconds", 0.0 if slot.active else lag),
            "CDCLatencyTarget": ("Seconds", lag),
            "CDCIncomingChanges": ("Count", float(max(total - self._changes, 0))),
        }
        self._changes = total
        self._put(
            "AWS/DMS",
            [
                {
                    "MetricName": name,
                    "Unit": unit,
                    "Value": round(value, 1),
                    "Timestamp": datetime.now(UTC).replace(tzinfo=None),  # as moto keeps times
                    "Dimensions": self._dimensions,
                }
                for name, (unit, value) in values.items()
            ],
        )
