"""Ctrl-C ends a rehearsal once: while that goes on, more of it changes nothing."""

from __future__ import annotations

import os
import signal

import pytest

from rehearsal import interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_ending_is_not_interrupted_by_impatience(number: signal.Signals) -> None:
    handler = signal.getsignal(number)
    with interruption.ended_by_signals():
        assert not interruption.asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        assert interruption.asked.is_set()
        interruption.ending.set()
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is handler
