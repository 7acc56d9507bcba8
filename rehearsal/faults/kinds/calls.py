"""Single AWS calls that fail, or whose answer the caller does not live to hear."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from rehearsal.cloud import Call, Fault
from rehearsal.faults.hooks import before, on_call, when_entered
from rehearsal.faults.kinds.steps import changes

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]


def refused(function: str, action: str, code: str = "AccessDenied") -> Arm:
    """A call of one function is refused, each time."""
    return _at(function, action, Fault.error(code, "made to fail", 403), times=None)


def failing(
    service: str, function: str, times: int, code: str = "ServiceUnavailable", action: str = ""
) -> Arm:
    """So many calls of a function to a service fail one after the other."""

    def arm(world: World) -> None:
        left = [times]

        def ask(call: Call) -> Fault | None:
            hit = call.service == service and call.function == function
            if not hit or action not in {"", call.action} or left[0] <= 0:
                return None
            left[0] -= 1
            return Fault.error(code, "made to fail", 503)

        on_call(world, ask)

    return arm


def away(service: str, state: str, seconds: float) -> Arm:
    """A service answers none of the functions for so many seconds after a state is entered."""

    def arm(world: World) -> None:
        until: list[float] = []
        when_entered(world, state, lambda: until.append(time.monotonic() + seconds))

        def ask(call: Call) -> Fault | None:
            if call.service != service or not until or time.monotonic() > until[0]:
                return None
            return Fault.error("ServiceUnavailable", "made to fail", 503)

        on_call(world, ask)

    return arm


def throttled(service: str, state: str, seconds: float, *, every: int) -> Arm:
    """A service turns away one call in so many, of all functions, after a state is entered."""

    def arm(world: World) -> None:
        until: list[float] = []
        seen = count(1)
        when_entered(world, state, lambda: until.append(time.monotonic() + seconds))

        def ask(call: Call) -> Fault | None:
            if call.service != service or not until or time.monotonic() > until[0]:
                return None
            if next(seen) % every:
                return None
            return Fault.error("ProvisionedThroughputExceededException", "made to fail", 400)

        on_call(world, ask)

    return arm


def artifacts_gone(function: str) -> Arm:
    """What the migration keeps in S3 is deleted right before a step."""

    def arm(world: World) -> None:
        def delete() -> None:
            client = world.cloud.client("s3")
            bucket = world.deployment.ref("ArtifactBucket")
            for item in client.list_objects_v2(Bucket=bucket).get("Contents", []):
                client.delete_object(Bucket=bucket, Key=item["Key"])

        before(world, function, delete)

    return arm


def killed_after(function: str, action: str) -> Arm:
    """Once, the function dies after the call was carried out and before it hears so."""
    return _at(function, action, Fault.kill_after(), times=1)


def killed_at_each_change(function: str, times: int) -> Arm:
    """So many times, the function dies after the first change that it makes."""

    def arm(world: World) -> None:
        left = [times]
        instances: set[str] = set()

        def ask(call: Call) -> Fault | None:
            mine = call.function == function and call.instance not in instances
            if not mine or left[0] <= 0 or not changes(call):
                return None
            instances.add(call.instance)
            left[0] -= 1
            return Fault.kill_after()

        on_call(world, ask)

    return arm


def _at(function: str, action: str, fault: Fault, times: int | None) -> Arm:
    def arm(world: World) -> None:
        left = [times]

        def ask(call: Call) -> Fault | None:
            if (call.function, call.action) != (function, action) or left[0] == 0:
                return None
            if left[0] is not None:
                left[0] -= 1
            return fault

        on_call(world, ask)

    return arm
