"""Ctrl-C, SIGTERM, SIGHUP: everything that was started is ended, once, however often they come."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

asked = Event()
"""Somebody wants the rehearsal to end: an exception raised inside a callback can get lost."""
ending = Event()
"""What was started is being ended: from here on nothing interrupts that."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """KeyboardInterrupt for each of the signals, until the ending begins.

    SIGINT is set too: a shell without job control lets a background process ignore it. Impatience
    in the seconds that the ending takes must not leave servers behind.
    """

    def interrupt(*_: object) -> None:
        asked.set()
        if not ending.is_set():
            raise KeyboardInterrupt

    asked.clear()
    ending.clear()
    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
