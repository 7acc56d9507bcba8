"""Where lines go: a terminal, a file, a pipe that somebody may stop reading."""

from __future__ import annotations

import errno
import os
from typing import NoReturn

from rich.console import Console


class Terminal(Console):
    """One whose reader has gone says so; Rich's own ends the thread that wrote, without a word."""

    def on_broken_pipe(self) -> NoReturn:
        """`make rehearse | head`: raised wherever a line is written, and told by who watches."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
