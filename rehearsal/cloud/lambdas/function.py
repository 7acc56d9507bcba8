"""A function at work: its instances, its concurrency, its log, what it used."""

from __future__ import annotations

import itertools
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.cloud.calls.fault import Fault
from rehearsal.cloud.lambdas.definition import FunctionDefinition
from rehearsal.cloud.lambdas.instance import Instance, Invocation
from rehearsal.timing import clock

MOST_INSTANCES = 10
"""How many processes one function may have at once on one machine; further calls wait."""

LARGEST_PAYLOAD = 6_291_556
"""Bytes of an event or an answer (Lambda quotas, synchronous invocation)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation gave: JSON, and the kind of failure ("" or "Unhandled")."""

    body: bytes
    error: str = ""
    throttled: bool = False

    @property
    def value(self) -> Any:
        """The decoded answer."""
        return json.loads(self.body or b"null")


THROTTLED = Answer(
    b'{"errorType":"TooManyRequestsException","errorMessage":"Rate exceeded"}', "Unhandled", True
)


@dataclass(slots=True)
class Usage:
    """What a function used in the rehearsal; seconds of wall clock."""

    invocations: int = 0
    errors: int = 0
    cold_starts: int = 0
    max_rss_kb: int = 0
    longest_cold_start_seconds: float = 0.0
    longest_seconds: float = 0.0
    total_seconds: float = 0.0


class Function:
    """Invokes one function. ``runtime`` starts its processes (see LambdaRuntime)."""

    def __init__(self, definition: FunctionDefinition, runtime: Any, log: Path) -> None:
        self.definition = definition
        self.log = log
        self.usage = Usage()
        self._runtime = runtime
        self._idle: list[Instance] = []
        self._busy: set[Instance] = set()
        self._count = itertools.count(1)
        self._free = threading.Condition()

    def invoke(
        self, payload: bytes, client_context: str = "", fault: Fault | None = None
    ) -> Answer:
        """One synchronous invocation, with the fault given."""
        if len(payload) > LARGEST_PAYLOAD:
            return _error("RequestEntityTooLargeException", f"more than {LARGEST_PAYLOAD} bytes")
        if fault is not None and fault.kind == "error":
            if "Throttl" in fault.code or "TooMany" in fault.code:
                return THROTTLED
            return _error(fault.code, fault.message)
        if fault is not None and fault.kind == "twice":
            self.invoke(payload, client_context)
        instance = self._take()
        if instance is None:
            return THROTTLED
        definition = self.definition
        limit = 0.0 if fault is not None and fault.kind == "time_out" else definition.timeout
        invocation = Invocation(payload, definition.arn, limit, client_context)
        timer: threading.Timer | None = None
        if fault is not None and fault.kind == "kill":
            timer = threading.Timer(fault.seconds, instance.kill)
            timer.daemon = True
            timer.start()
        self._get_ready(instance)
        began = time.monotonic()
        try:
            instance.run(invocation)
        finally:
            if timer is not None:
                timer.cancel()
            self._give_back(instance, time.monotonic() - began, invocation.error)
        if len(invocation.body) > LARGEST_PAYLOAD:
            return _error("Function.ResponseSizeTooLarge", f"more than {LARGEST_PAYLOAD} bytes")
        return Answer(invocation.body, invocation.error)

    def _get_ready(self, instance: Instance) -> None:
        """The time until the handler is called; an instance's first takes its cold start too."""
        if instance.used:
            clock().wait("lambda.warm")
            return
        instance.used = True
        clock().wait("lambda.environment")
        if clock().profile is not None:
            time.sleep(clock().at_memory("lambda.imports", self.definition.memory))

    def warm(self) -> None:
        """Start an instance ahead of the first invocation."""
        instance = self._take()
        if instance is not None:
            with self._free:
                self._busy.discard(instance)
                self._idle.append(instance)
                self._free.notify()

    def instances(self) -> list[Instance]:
        """All that live now."""
        with self._free:
            return [*self._idle, *self._busy]

    def _take(self) -> Instance | None:
        reserved = self.definition.reserved_concurrency
        with self._free:
            while True:
                while self._idle:
                    instance = self._idle.pop()
                    if instance.alive:
                        self._busy.add(instance)
                        return instance
                if reserved is not None and len(self._busy) >= reserved:
                    return None
                if len(self._busy) < MOST_INSTANCES:
                    break
                self._free.wait()
            name = f"{self.definition.logical_id}-{next(self._count)}"
            fresh: Instance = self._runtime.start(self.definition, name, self.log)
            self.usage.cold_starts += 1
            self._busy.add(fresh)
            return fresh

    def _give_back(self, instance: Instance, seconds: float, error: str) -> None:
        with self._free:
            usage = self.usage
            usage.invocations += 1
            usage.errors += bool(error)
            usage.total_seconds += seconds
            usage.longest_seconds = max(usage.longest_seconds, seconds)
            usage.max_rss_kb = max(usage.max_rss_kb, instance.max_rss_kb)
            usage.longest_cold_start_seconds = max(
                usage.longest_cold_start_seconds, instance.cold_start_seconds
            )
            self._busy.discard(instance)
            if instance.alive:
                self._idle.append(instance)
            self._free.notify()


def _error(error_type: str, message: str) -> Answer:
    body = {"errorType": error_type, "errorMessage": message}
    return Answer(json.dumps(body).encode(), "Unhandled")
