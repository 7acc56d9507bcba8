"""No process outlives who started it: a pipe whose other end closes with the starter.

A death signal of the kernel would be simpler, but it exists on Linux only, and it comes with the
end of the *thread* that started the process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Thread

VARIABLE = "REHEARSAL_LIFELINE"
"""Holds the number of the file descriptor to watch; unset when started by hand."""


def end_with_parent(end: Callable[[], object]) -> None:
    """Call ``end`` when the other end of the lifeline is closed."""
    number = os.environ.pop(VARIABLE, "")
    if number:
        Thread(target=_watch, args=[int(number), end], daemon=True).start()


def _watch(descriptor: int, end: Callable[[], object]) -> None:
    os.set_inheritable(descriptor, False)
    while os.read(descriptor, 1):
        pass
    end()


def main(command: list[str]) -> int:
    """Run any command in a process group of its own, and end the group with the parent."""
    process = subprocess.Popen(command, start_new_session=True)

    def end_group(number: int = signal.SIGTERM) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: end_group())
    end_with_parent(end_group)
    code = process.wait()
    end_group(signal.SIGKILL)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
