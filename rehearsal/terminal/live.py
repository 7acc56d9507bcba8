"""The terminal: stages that are over as one line each, the steps of the one that runs, the pause
ticking, a bar for the load, and where to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.style import Style
from rich.table import Table
from rich.text import Text

from redash_migration.course import STAGES, doing
from redash_migration.plain_text import plain
from rehearsal.terminal.fitting import sentences
from rehearsal.terminal.progress import Loaded, Progress, Step, note
from rehearsal.terminal.terminal import Terminal

TICK, CROSS, AT_WORK = ("✓", "green"), ("✗", "red"), ("▸", "cyan")
CUT_OFF = ("■", "yellow")
BAR_WIDTH = 30


class LiveTable:
    """See Screen."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._console = Terminal(highlight=False)
        self._live = Live(
            get_renderable=self._render, console=self._console, refresh_per_second=8, transient=True
        )

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        if self._progress.steps:
            self._console.print(stages(self._progress, last_is_over=True))

    def say(self, text: str) -> None:
        """See Screen."""
        text = sentences(plain(text, keep="\n"), self._console.width)
        self._console.print(text, markup=False, soft_wrap=True)

    def ask(self, question: str, address: str) -> None:
        """See Screen: shown below the steps as long as it is open, and its page to the end."""
        self._progress.question, self._progress.address = question, address

    def happened(self, record: Mapping[str, Any]) -> None:
        """See Screen."""
        note(self._progress, record)

    def _render(self) -> RenderableType:
        progress = self._progress
        parts: list[RenderableType] = [stages(progress)]
        if progress.loaded is not None and progress.pause_began is None:
            parts.append(load_bar(progress.loaded))
        if progress.pause_seconds is not None:
            parts.append(Text(f"write pause  {progress.pause_seconds:.1f} s", style="bold yellow"))
        parts.append(Text(f"writes acknowledged  {progress.writes}", style="dim"))
        if progress.address:
            asked = (f"\n{progress.question}", "bold cyan")
            parts.append(Text(*(asked if progress.question else ("\nHow it stands", "dim"))))
            parts.append(linked(progress.address))
        return Group(*parts)


def linked(address: str) -> Text:
    """An address that a terminal opens by a click, and that can be copied whole."""
    return Text(address, style=Style(link=address, bold=True), no_wrap=True, overflow="ignore")


def load_bar(loaded: Loaded) -> RenderableType:
    """Tables loaded of all, rows and changes beside it."""
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_row(
        ProgressBar(loaded.all_tables or 1, loaded.tables, width=BAR_WIDTH),
        Text(
            f"{loaded.tables} of {loaded.all_tables} tables, {loaded.rows:,} rows, "
            f"{loaded.changes:,} changes",
            style="dim",
        ),
    )
    return row


def stages(progress: Progress, *, last_is_over: bool = False) -> RenderableType:
    """One line for each stage that is over, and the steps of the last; failed ones always."""
    with progress.lock:
        steps = list(progress.steps)
    groups = list(_grouped(steps))
    parts: list[RenderableType] = []
    for number, group in enumerate(groups):
        over = last_is_over or number < len(groups) - 1
        failed = any(step.failed for step in group)
        cut_off = over and any(step.ended is None for step in group)
        seconds = max(step.began + step.seconds for step in group) - group[0].began
        title = Table.grid(padding=(0, 2, 0, 0))
        mark = CROSS if failed else CUT_OFF if cut_off else TICK if over else AT_WORK
        title.add_row(
            Text(*mark), Text(STAGES[group[0].stage]["en"], "bold"), Text(f"{seconds:.1f} s", "dim")
        )
        parts.append(title)
        shown = [step for step in group if step.failed or step.ended is None] if over else group
        if shown:
            parts.append(Padding(_steps(shown, CUT_OFF if over else AT_WORK), (0, 0, 0, 2)))
    return Group(*parts)


def _grouped(steps: list[Step]) -> Iterator[list[Step]]:
    """Steps of one stage together; a stage that comes again (a way back) is a group of its own."""
    group: list[Step] = []
    for step in steps:
        if group and step.stage != group[0].stage:
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _steps(steps: list[Step], unended: tuple[str, str]) -> Table:
    """Each state once, with how often it ran and how long in all."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for name in dict.fromkeys(step.name for step in steps):
        same = [step for step in steps if step.name == name]
        running = same[-1].ended is None
        mark = CROSS if same[-1].failed else unended if running else TICK
        times = f" ×{len(same)}" if len(same) > 1 else ""
        seconds = f"{sum(step.seconds for step in same):.1f} s"
        table.add_row(Text(*mark), Text(doing(name).en + times), Text(seconds, "dim"))
    return table
