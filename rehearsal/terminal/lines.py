"""Plain lines, for a file or a pipe: each stage by its name, each step when it first ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from redash_migration.course import STAGES, doing
from redash_migration.plain_text import plain
from rehearsal.terminal.progress import Progress, Step, note
from rehearsal.terminal.terminal import Terminal


class Lines:
    """See Screen. A step that is repeated (a poll, one of many tables) is told once."""

    def __init__(self, progress: Progress, console: Console | None = None) -> None:
        self._progress = progress
        self._console = console or Terminal(highlight=False, soft_wrap=True)
        self._stage = ""
        self._told: set[tuple[str, bool]] = set()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """See Screen."""
        self._console.print(plain(text, keep="\n"), markup=False)

    def ask(self, question: str, address: str) -> None:
        """See Screen."""
        asking = [step for step in self._progress.steps if step.ended is None]
        if asking:
            self._head(asking[-1])
        self.say(f"{question}\n{address}")

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""
        for step in note(self._progress, record):
            if (step.name, step.failed) not in self._told:
                self._told.add((step.name, step.failed))
                self._tell(step)

    def _head(self, step: Step) -> None:
        if step.stage != self._stage:
            self._stage = step.stage
            self.say(STAGES[step.stage]["en"])

    def _tell(self, step: Step) -> None:
        self._head(step)
        mark = "✗" if step.failed else "✓"
        self.say(f"  {mark} {doing(step.name).en:<46.46} {step.seconds:6.1f} s  {step.name}")
