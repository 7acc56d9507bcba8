"""What a rehearsal shows while it runs, and its verdict at the end."""

from rehearsal.terminal.lines import Lines
from rehearsal.terminal.live import LiveTable
from rehearsal.terminal.progress import Progress, Screen
from rehearsal.terminal.verdict import conclude

__all__ = ["Progress", "Screen", "conclude", "screen"]


def screen(progress: Progress, *, plain: bool) -> Screen:
    """Lines where there is no terminal, else the live table."""
    return Lines(progress) if plain else LiveTable(progress)
