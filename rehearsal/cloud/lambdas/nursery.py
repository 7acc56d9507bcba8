"""Starts and ends function instances through the process they are forked from."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("nursery_process.py")


@dataclass(frozen=True, slots=True)
class Exit:
    """How an instance ended: the wait status, and the most memory it held."""

    status: int
    max_rss_kb: int

    def __str__(self) -> str:
        code = os.waitstatus_to_exitcode(self.status)
        return f"exit status {code}" if code >= 0 else f"signal: {_signal_name(-code)}"


class Nursery:
    """The parent of all instances. ``on_end(instance id, Exit)`` is called for each that ends."""

    def __init__(self, on_end: Callable[[str, Exit], None]) -> None:
        self._on_end = on_end
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._ended = threading.Condition()
        self._alive: set[str] = set()
        self.pids: dict[str, int] = {}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        # Its own session, so that Ctrl-C reaches the rehearsal first, which then ends the rest.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="nursery", daemon=True)
        self._reader.start()

    def start(self, instance: str, order: dict[str, Any]) -> None:
        """Fork an instance; see nursery_process for the order's fields."""
        self._ready.wait(30)
        with self._ended:
            self._alive.add(instance)
        self._send({"start": instance, **order})

    def kill(self, instance: str) -> None:
        """End an instance; one that is gone already is no error."""
        self._send({"kill": instance})

    def stop(self) -> None:
        """Kill every instance and wait until all are gone."""
        with self._ended:
            alive = set(self._alive)
        for instance in alive:
            self.kill(instance)
        with self._ended:
            self._ended.wait_for(lambda: not self._alive, timeout=5)
        with self._lock:
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _send(self, order: dict[str, Any]) -> None:
        with self._lock:
            if self._process.stdin is None or self._process.stdin.closed:
                return
            # The process may be gone, at the end of the rehearsal for one.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(order).encode() + b"\n")
                self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        for line in self._process.stdout:
            message = json.loads(line)
            if "ready" in message:
                self._ready.set()
            elif "started" in message:
                self.pids[message["started"]] = message["pid"]
            else:
                instance = message["ended"]
                self._on_end(instance, Exit(message["status"], message["max_rss_kb"]))
                with self._ended:
                    self._alive.discard(instance)
                    self._ended.notify_all()


def _signal_name(number: int) -> str:
    return {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}.get(
        number, str(number)
    )
