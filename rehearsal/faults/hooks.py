"""Where a fault takes hold: before an invocation, at an AWS call, when a state is entered.

Hooks add up: the first that answers with a Fault decides, and all of them are asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import Call, Fault

if TYPE_CHECKING:
    from rehearsal.world import World

Action = Callable[[], object]
OnInvocation = Callable[[str, Any], Fault | None]
OnCall = Callable[[Call], Fault | None]


def on_invocation(world: World, ask: OnInvocation) -> None:
    """Ask before each invocation: (function's logical id, event) -> Fault or None.

    Not before one that only warms the function: there a fault would be spent for nothing.
    """
    earlier = world.cloud.invoke_fault

    def asked(function: str, event: Any) -> Fault | None:
        if isinstance(event, dict) and event.get("warm") is True:
            return None
        before = earlier(function, event) if earlier is not None else None
        return before or ask(function, event)

    world.cloud.invoke_fault = asked


def on_call(world: World, ask: OnCall) -> None:
    """Ask at each AWS call of a function, but for the one that a warming makes of the record."""
    earlier = world.cloud.call_fault

    def asked(call: Call) -> Fault | None:
        if "FACT#warm" in str(call.params):
            return None
        before = earlier(call) if earlier is not None else None
        return before or ask(call)

    world.cloud.call_fault = asked


def before(world: World, step: str, action: Action) -> None:
    """Act right before the first invocation by the state machine of a function, or of a state: many
    a function serves one on the way there and one in a return.

    The invocation waits for the action, so that the moment is certain.
    """
    lock, done = threading.Lock(), [False]

    def ask(name: str, event: Any) -> None:
        if not is_step(event) or step not in {name, state_of(name, event)}:
            return
        with lock:
            first, done[0] = not done[0], True
            if first:
                action()

    on_invocation(world, ask)


def when_entered(world: World, state: str, action: Action) -> None:
    """Act, in a thread of its own, when a state is first entered."""
    done = threading.Event()

    def happened(record: Mapping[str, Any]) -> None:
        entered = record.get("kind") == "state_entered" and record.get("state") == state
        if entered and not done.is_set():
            done.set()
            threading.Thread(target=action, name=f"fault in {state}", daemon=True).start()

    world.cloud.listeners.append(happened)


def state_of(function: str, event: Any) -> str:
    """The state that an invocation is for: its event names it where a function serves several."""
    return str(event.get("state") or function.removesuffix("Function"))


def is_step(event: Any) -> bool:
    """Whether the state machine invokes a step, rather than a schedule or an event does, and not
    only to have the function ready."""
    return (
        isinstance(event, dict)
        and not event.get("warm")
        and ("migration_id" in event or "execution_arn" in event)
    )


def from_state(state: str, arm: Callable[[World], None]) -> Callable[[World], None]:
    """A fault that is there from a state on, and not before."""
    return lambda world: when_entered(world, state, lambda: arm(world))


def together(*arms: Callable[[World], None]) -> Callable[[World], None]:
    """Several faults at once."""

    def arm(world: World) -> None:
        for one in arms:
            one(world)

    return arm
