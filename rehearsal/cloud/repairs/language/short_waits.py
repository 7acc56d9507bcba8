"""Missing: a Wait state that goes by the rehearsal's clock.

The template's shortest pause between two looks is five seconds, on AWS a cheap one; the rehearsal's
minutes are shorter, and so are its waits (``hooks.time_scale``; 1 by AWS's own clock).
"""

from __future__ import annotations

import time
from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Wait as long as the state says, in the rehearsal's time, or until the execution ends."""
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
        WaitFunction,
    )

    def interval(self: Any, env: Any, wait_seconds: float) -> None:
        del self
        until = time.monotonic() + wait_seconds / hooks.time_scale
        while env.is_running() and (left := until - time.monotonic()) > 0:
            env.program_state_event.wait(left)

    replace(WaitFunction, "_wait_interval", interval)
