"""Watching a cloud, and breaking parts of it on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.cloud.calls.fault import Fault
from rehearsal.cloud.calls.log import Call
from rehearsal.cloud.events.bus import EventBus, Filter
from rehearsal.cloud.journal import Journal, Listener, Record
from rehearsal.cloud.lambdas.runtime import LambdaRuntime
from rehearsal.cloud.server import AwsServer


class Observation:
    """The places where a rehearsal looks on and interferes."""

    journal: Journal
    bus: EventBus
    server: AwsServer
    lambdas: LambdaRuntime

    @property
    def listeners(self) -> list[Listener]:
        """Called with every record of events.ndjson."""
        return self.journal.listeners

    def record_event(self, kind: str, **fields: Any) -> Record:
        """Write a record into events.ndjson and tell the listeners."""
        return self.journal.record(kind, **fields)

    @property
    def event_filter(self) -> Filter | None:
        """event -> the events that arrive instead, each plain or as (delay in seconds, event)."""
        return self.bus.filter

    @event_filter.setter
    def event_filter(self, found: Filter | None) -> None:
        self.bus.filter = found

    @property
    def call_observer(self) -> Callable[[Call], None] | None:
        """Sees each AWS call of a function before it is carried out."""
        return self.server.calls.observer

    @call_observer.setter
    def call_observer(self, found: Callable[[Call], None] | None) -> None:
        self.server.calls.observer = found

    @property
    def call_fault(self) -> Callable[[Call], Fault | None] | None:
        """Says what to do to an AWS call of a function."""
        return self.server.calls.fault

    @call_fault.setter
    def call_fault(self, found: Callable[[Call], Fault | None] | None) -> None:
        self.server.calls.fault = found

    @property
    def invoke_fault(self) -> Callable[[str, Any], Fault | None] | None:
        """Says what to do to an invocation: (function's logical id, event) -> Fault."""
        return self.lambdas.fault

    @invoke_fault.setter
    def invoke_fault(self, found: Callable[[str, Any], Fault | None] | None) -> None:
        self.lambdas.fault = found
