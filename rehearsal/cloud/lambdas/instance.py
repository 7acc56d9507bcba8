"""One instance of a function: a process that handles one invocation at a time."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from rehearsal.cloud.lambdas.nursery import Exit, Nursery

INITIALISATION_SECONDS = 60.0
"""How long a process may take to load its handler (Lambda: 10; a laptop may be busy)."""


@dataclass(slots=True)
class Invocation:
    """An event on its way through an instance. ``answer`` is set once, with ``done``."""

    payload: bytes
    arn: str
    seconds: float
    client_context: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline_ms: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    body: bytes = b"null"
    error: str = ""

    def finish(self, body: bytes, error: str = "") -> None:
        """Answer once; what comes later (a crash after the answer) is ignored."""
        if not self.done.is_set():
            self.body, self.error = body, error
            self.done.set()

    def fail(self, error_type: str, message: str) -> None:
        """Answer as Lambda does when the runtime itself gave none."""
        body = {"errorType": error_type, "errorMessage": message}
        self.finish(json.dumps(body).encode(), "Unhandled")


class Instance:
    """The conversation with one process; it is warm between invocations."""

    def __init__(self, name: str, nursery: Nursery) -> None:
        self.name = name
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.alive = True
        self.used = False
        """Whether it has been invoked before: then it is warm."""
        self.max_rss_kb = 0
        self.cold_start_seconds = 0.0
        self._started = time.monotonic()
        self._nursery = nursery
        self._current: Invocation | None = None
        self._initialised = threading.Event()
        self._init_error: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def run(self, invocation: Invocation) -> None:
        """Handle one invocation to its end; on time-out the process is killed, as on Lambda.

        The time that the process takes to load the handler is not the invocation's.
        """
        self._initialised.wait(INITIALISATION_SECONDS)
        with self._lock:
            self._current = invocation
            if not self.alive:
                self._refuse(invocation)
                return
        invocation.deadline_ms = int((time.time() + invocation.seconds) * 1000)
        self.inbox.put(invocation)
        if not invocation.done.wait(invocation.seconds):
            invocation.fail(
                "Sandbox.Timedout",
                f"RequestId: {invocation.request_id} Error: "
                f"Task timed out after {invocation.seconds:.2f} seconds",
            )
            self.kill()
        self._measure()
        with self._lock:
            self._current = None

    def kill(self) -> None:
        """End the process; a running invocation fails with Runtime.ExitError."""
        self.alive = False
        self._nursery.kill(self.name)

    def ready(self) -> None:
        """The runtime has loaded the handler and asks for work."""
        if not self._initialised.is_set():
            self.cold_start_seconds = time.monotonic() - self._started
            self._initialised.set()

    def answered(self, request_id: str, body: bytes) -> None:
        """The handler returned."""
        current = self._answerable(request_id)
        if current is not None:
            current.finish(body)

    def failed(self, request_id: str, error: dict[str, Any]) -> None:
        """The handler raised."""
        current = self._answerable(request_id)
        if current is not None:
            current.finish(json.dumps(error, ensure_ascii=False).encode(), "Unhandled")

    def _answerable(self, request_id: str) -> Invocation | None:
        """The invocation at hand. A process that is being killed says nothing any more, even if
        it manages to before the signal reaches it."""
        current = self._current
        if self.alive and current is not None and current.request_id == request_id:
            return current
        return None

    def not_initialised(self, error: dict[str, Any]) -> None:
        """The handler's module raised while it was loaded."""
        with self._lock:
            self.alive = False
            self._init_error = error
        self._initialised.set()

    def ended(self, exited: Exit) -> None:
        """The process is gone."""
        with self._lock:
            self.alive = False
            self.max_rss_kb = max(self.max_rss_kb, exited.max_rss_kb)
            current = self._current
        self._initialised.set()
        self.inbox.put(None)
        if current is not None:
            current.fail(
                "Runtime.ExitError",
                f"RequestId: {current.request_id} Error: Runtime exited with error: {exited}",
            )

    def _refuse(self, invocation: Invocation) -> None:
        """The process ended, or never came up: say why."""
        if self._init_error is not None:
            body = json.dumps(self._init_error, ensure_ascii=False).encode()
            invocation.finish(body, "Unhandled")
        else:
            invocation.fail("Runtime.ExitError", "the runtime exited before the invocation")

    def _measure(self) -> None:
        """The most memory so far. Linux says; elsewhere it is known when the process has ended."""
        pid = self._nursery.pids.get(self.name)
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123
                for line in status:
                    if line.startswith("VmHWM:"):
                        self.max_rss_kb = max(self.max_rss_kb, int(line.split()[1]))
        except OSError:
            return
