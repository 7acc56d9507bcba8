"""A virtual environment from a hashed lock file, and a word on how far it has come.

Runs with the machine's own Python, before anything is installed: the standard library only.
pip says nothing for a minute when it is quiet and thousands of lines when it is not; what it says
is read here and told as one line that moves (on a terminal) or as one line now and then.
"""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path

# How long pip may be silent before a line says that it is still at work, and how often a line
# comes where lines can't be written over.
PATIENCE_SECONDS = 10.0


class Failed(Exception):
    """pip could not do it; holds what it said."""


def make(folder: Path, requirements: Path, options: list[str]) -> None:
    """The environment in ``folder``, with what ``requirements`` pins; pip's ``options``."""
    wanted = len(re.findall(r"(?m)^[A-Za-z0-9].*==", requirements.read_text(encoding="utf-8")))
    version = ".".join(str(part) for part in sys.version_info[:3])
    print(f"Setting up {folder} with Python {version}: once, a minute or two.", flush=True)
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True, symlinks=True)
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    # Most of what is installed is never imported: what is gets compiled then.
    command += ["--no-compile", "--progress-bar=off", "--require-hashes", *options]
    command += ["-r", str(requirements)]
    began = time.monotonic()
    _tell(_lines(command), wanted)
    print(f"{folder} is ready: {wanted} packages in {time.monotonic() - began:.0f} s.", flush=True)


def _tell(said: Iterator[str | None], wanted: int) -> None:
    line, names = _Line(), set[str]()
    phase = "Asking for the packages"
    for text in said:
        if text is None:
            line.show(phase)
            continue
        if match := re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([\w.-]+)", text):
            names.add(match[1].lower())
            phase = f"Fetching {min(len(names), wanted)} of {wanted}: {match[1]}"
        elif text.startswith("Installing collected packages"):
            phase = f"Installing {wanted} packages"
            line.show(phase, now=True)
            continue
        line.show(phase, quiet=True)
    line.end()


def _lines(command: list[str]) -> Iterator[str | None]:
    """What the command prints, line by line; None when it was silent for a while.

    Raises:
        Failed: it ended with a failure; its last lines.
    """
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101  asked for above
        stream = process.stdout

        def read() -> None:
            for text in stream:
                lines.put(text)
            lines.put(None)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        last: list[str] = []
        while reader.is_alive() or not lines.empty():
            try:
                text = lines.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                yield None
                continue
            if text is not None:
                last = [*last[-14:], text]
                yield text
    if process.returncode != 0:
        said = "".join(last)
        raise Failed(f"\nThe packages could not be installed. What pip said at the end:\n{said}")


class _Line:
    """One line of progress: written over on a terminal, now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._began = self._shown = time.monotonic()

    def show(self, text: str, *, now: bool = False, quiet: bool = False) -> None:
        """``quiet``: elsewhere only if nothing was said for a while; ``now``: in any case."""
        seconds = time.monotonic() - self._began
        if self._terminal:
            sys.stdout.write(f"\r\033[K  {text} ({seconds:.0f} s)"[:110])
            sys.stdout.flush()
        elif now or not quiet or time.monotonic() - self._shown >= PATIENCE_SECONDS:
            print(f"  {text} ({seconds:.0f} s)", flush=True)
            self._shown = time.monotonic()

    def end(self) -> None:
        if self._terminal:
            sys.stdout.write("\r\033[K")
            sys.stdout.flush()
