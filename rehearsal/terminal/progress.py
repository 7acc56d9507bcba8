"""How far a rehearsal has come: written by listeners in other threads, read by the display."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from redash_migration.course import Stage, doing
from rehearsal.cloud.journal import STOPPED

QUIET = ("Choice", "Pass", "Wait", "Succeed", "FailState", "Map", "Parallel")
"""Beginnings of history event types that say nothing to a person."""

PAUSE_BEGINS = "StopServices"
PAUSE_ENDS = frozenset({"SwitchTraffic", "RollBack"})


@dataclass
class Step:
    """A state that was entered: when, and when it was left."""

    name: str
    began: float
    ended: float | None = None
    failed: bool = False

    @property
    def stage(self) -> Stage:
        """The part of the migration it belongs to."""
        return doing(self.name).stage

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        return (self.ended or time.monotonic()) - self.began


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the replication has carried so far."""

    tables: int
    all_tables: int
    rows: int
    changes: int


@dataclass
class Progress:
    """What is known so far."""

    steps: list[Step] = field(default_factory=list)
    address: str = ""
    question: str = ""
    pause_began: float | None = None
    pause_ended: float | None = None
    writes: int = 0
    loaded: Loaded | None = None
    stopped: bool = False
    """Somebody ended the rehearsal: what was at work then has not failed."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def entered(self, name: str) -> None:
        """A state begins."""
        with self.lock:
            self.steps.append(Step(name, time.monotonic()))

    def left(self, name: str, *, failed: bool) -> list[Step]:
        """A visit of a state ends, the oldest open one first; that visit."""
        with self.lock:
            visits = [step for step in self.steps if step.name == name]
            open_visits = [step for step in visits if step.ended is None or step.failed]
            if not open_visits:
                return []
            step = open_visits[0]
            step.ended, step.failed = time.monotonic(), failed
            if name in PAUSE_ENDS and not failed and self.pause_began is not None:
                self.pause_ended = self.pause_ended or time.monotonic()
            return [step]

    @property
    def pause_seconds(self) -> float | None:
        """Seconds of write pause so far, or None before it."""
        if self.pause_began is None:
            return None
        return (self.pause_ended or time.monotonic()) - self.pause_began


class Screen(Protocol):
    """Where a rehearsal tells how it goes."""

    def __enter__(self) -> Screen: ...

    def __exit__(self, *_: object) -> None: ...

    def say(self, text: str) -> None:
        """A line that stays."""

    def ask(self, question: str, address: str) -> None:
        """A question that stays, with its address on a line of its own."""

    def happened(self, record: Mapping[str, Any]) -> None:
        """A record of the journal: a state entered or left."""


def note(progress: Progress, record: Mapping[str, Any]) -> list[Step]:
    """Keep what a journal record says; the steps that ended by it.

    A failure may be followed by another try of the same state, which then ends well.
    """
    kind, name = record.get("kind"), str(record.get("state", ""))
    if kind == "execution" and record.get("error") == STOPPED:
        progress.stopped = True
    if kind == "state_failed" and progress.stopped:
        return []
    if not name or str(record.get("type", "")).startswith(QUIET):
        return []
    if kind == "state_entered":
        progress.entered(name)
        if name == PAUSE_BEGINS:
            progress.pause_began = time.monotonic()
    elif kind in {"state_exited", "state_failed"}:
        return progress.left(name, failed=kind == "state_failed" or record.get("caught") is True)
    return []
