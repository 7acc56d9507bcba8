"""Live progress: a table of steps on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

SHOWN_STEPS = 14


@dataclass
class Step:
    """A state that was entered: when, and when it was left."""

    name: str
    began: float
    ended: float | None = None
    failed: bool = False


@dataclass
class Progress:
    """What is known so far; written by listeners in other threads, read by the display."""

    steps: list[Step] = field(default_factory=list)
    approval: str = ""
    question: str = ""
    pause_began: float | None = None
    pause_ended: float | None = None
    writes: int = 0
    tables: str = ""
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
                self.pause_ended = time.monotonic()
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

    def happened(self, record: Mapping[str, Any]) -> None:
        """A record of the journal: a state entered or left."""


QUIET = ("Choice", "Pass", "Wait", "Succeed", "FailState", "Map", "Parallel")
"""Beginnings of history event types that say nothing to a person."""

PAUSE_BEGINS = "StopServices"
PAUSE_ENDS = frozenset({"SwitchTraffic", "RollBack"})


class Lines:
    """Plain lines: every step when it ends, with its seconds."""

    def __init__(self, progress: Progress, console: Console | None = None) -> None:
        self._progress = progress
        self._console = console or Console(highlight=False, soft_wrap=True)

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """See Screen."""
        self._console.print(text)

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""
        for step in note(self._progress, record):
            mark = "failed" if step.failed else "done"
            seconds = (step.ended or step.began) - step.began
            self._console.print(f"  {step.name:<22} {mark:<7} {seconds:6.2f} s")


class LiveTable:
    """The last steps, the pause ticking, the address to decide at."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._console = Console(highlight=False)
        self._live = Live(
            get_renderable=self._render, console=self._console, refresh_per_second=8, transient=True
        )

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for step in self._progress.steps:
            if step.failed:
                self._console.print(f"[red]{step.name} failed[/]")

    def say(self, text: str) -> None:
        """See Screen."""
        self._console.print(text)

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""
        note(self._progress, record)

    def _render(self) -> RenderableType:
        progress = self._progress
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        with progress.lock:
            steps = progress.steps[-SHOWN_STEPS:]
        for step in steps:
            seconds = (step.ended or time.monotonic()) - step.began
            if step.failed:
                mark = Text("✗", style="red")
            elif step.ended is None:
                mark = Text("▸", style="cyan")
            else:
                mark = Text("✓", style="green")
            table.add_row(mark, step.name, Text(f"{seconds:.1f} s", style="dim"))
        parts: list[RenderableType] = [table]
        if progress.pause_seconds is not None:
            parts.append(Text(f"write pause  {progress.pause_seconds:.1f} s", style="bold yellow"))
        if progress.tables:
            parts.append(Text(progress.tables, style="dim"))
        parts.append(Text(f"writes acknowledged  {progress.writes}", style="dim"))
        if progress.approval:
            parts.append(
                Panel(
                    f"{progress.question}\n[bold]{progress.approval}[/]",
                    title="a person decides",
                    border_style="cyan",
                )
            )
        return Group(*parts)


def note(progress: Progress, record: Mapping[str, Any]) -> list[Step]:
    """Keep what a journal record says; the steps that ended by it.

    A failure may be followed by another try of the same state, which then ends well.
    """
    kind, name = record.get("kind"), str(record.get("state", ""))
    if not name or str(record.get("type", "")).startswith(QUIET):
        return []
    if kind == "state_entered":
        progress.entered(name)
        if name == PAUSE_BEGINS:
            progress.pause_began = time.monotonic()
    elif kind in {"state_exited", "state_failed"}:
        return progress.left(name, failed=kind == "state_failed")
    return []


def screen(progress: Progress, *, plain: bool) -> Screen:
    """Lines where there is no terminal, else the live table."""
    return Lines(progress) if plain else LiveTable(progress)
