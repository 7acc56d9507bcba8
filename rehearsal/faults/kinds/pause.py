"""Trouble inside the write pause: a step that hangs, a task that does not stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import Call, Fault
from rehearsal.faults.hooks import on_call
from rehearsal.timing import clock

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]

BUDGET_SECONDS = 30
AFTER_IT_SECONDS = 10
"""How soon after the budget's end users must be served again."""
HANGS_SECONDS = 120.0


def hangs(function: str, service: str = "") -> Arm:
    """What a function asks of AWS in the write pause is not answered for two minutes, and refused
    then; of one ``service``, or of all but the record, which is to hold that the step has begun."""

    def ask(call: Call) -> Fault | None:
        if call.function != function or not clock().in_pause:
            return None
        if call.service != service if service else call.service == "dynamodb":
            return None
        time.sleep(HANGS_SECONDS)
        return Fault.error("ServiceUnavailable", "made to hang", 503)

    return lambda world: on_call(world, ask)


def turns_away_slowly(function: str, action: str, seconds: float) -> Arm:
    """Each such call of a function is refused after so many seconds, and tried again by itself."""

    def ask(call: Call) -> Fault | None:
        if (call.function, call.action) != (function, action):
            return None
        time.sleep(seconds)
        return Fault.error("ServiceUnavailable", "made to fail", 503)

    return lambda world: on_call(world, ask)


def served_in_time(_world: World, report: Mapping[str, Any]) -> list[str]:
    """Users were served again soon after the budget was used up."""
    seconds = report.get("unavailable_seconds")
    longest = BUDGET_SECONDS + AFTER_IT_SECONDS
    if seconds is None or seconds > longest:
        return [f"users were out for {seconds} s; at most {longest} are granted"]
    return []


def refuses_to_stop(times: int) -> Arm:
    """The task can't be stopped for so many requests: it runs on behind the fence."""

    def arm(world: World) -> None:
        left = [times]

        def ask(call: Call) -> Fault | None:
            if call.action != "StopReplicationTask" or left[0] <= 0:
                return None
            left[0] -= 1
            return Fault.error("InvalidResourceStateFault", "made to fail", 400)

        on_call(world, ask)

    return arm


def stops_slowly(seconds: float) -> Arm:
    """A stop takes so long: the task is still stopping when users are on the new side."""

    def arm(world: World) -> None:
        world.dms.disturbance.stop_delay_seconds = seconds

    return arm
