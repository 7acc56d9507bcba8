"""The write pause has a budget: once it is used up, every step of the pause gives up at once.

The state machine hands the end of the pause to each of its steps as ``pause_until``. A step that
begins later, or is still at work then, fails as PauseBudgetExceeded, which nobody retries: users
get back the Redash that they had, by a roll-back, or, in a return, by going forward again. A
state's own time limit lies a second behind, for a function that does not even hear its alarm.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redash_migration.errors import InvalidInput, PauseBudgetExceeded

FIELD = "pause_until"
"""Milliseconds since 1970, UTC; absent outside the write pause."""

AGAIN_SECONDS = 0.2


def pause_until(event: dict[str, Any]) -> float | None:
    """The end of the pause's budget in seconds since 1970; None outside the pause."""
    value = event.get(FIELD)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(
            f"{FIELD}: a number is required; the state machine's definition gives it"
        )
    return value / 1000


def refuse_after(until: float | None, step: str) -> None:
    """PauseBudgetExceeded when the budget is used up already."""
    if until is not None and time.time() >= until:
        raise PauseBudgetExceeded(_text(step))


@contextmanager
def within_budget(until: float | None, step: str) -> Iterator[None]:
    """Raise PauseBudgetExceeded inside the block as soon as the budget is used up.

    By an alarm, so that a database or a service that does not answer is no obstacle. It rings again
    and again until the block is left: what is cleaned up on the way out may hang like the rest.
    Alarms exist in the main thread alone, where Lambda runs its handlers.
    """
    refuse_after(until, step)
    if until is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    rings = True

    def ring(*_: object) -> None:
        if rings:
            raise _Alarm

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(
        signal.ITIMER_REAL, max(0.001, until - time.time()), AGAIN_SECONDS
    )
    try:
        yield
    except _Alarm:
        rings = False
        raise PauseBudgetExceeded(_text(step)) from None
    finally:
        rings = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:  # somebody else's alarm goes on as if nothing had been
            signal.setitimer(
                signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - began)), interval
            )


class _Alarm(BaseException):
    """No Exception: botocore takes each for a failure of the network, and tries once more."""


def _text(step: str) -> str:
    return (
        f"the budget of the write pause was used up in {step}; users get back the Redash "
        "that they had. "
        "See what took so long, or raise WritePauseBudgetSeconds, and start again"
    )
