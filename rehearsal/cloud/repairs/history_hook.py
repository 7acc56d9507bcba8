"""Missing: a way to watch an execution. Each history event goes to the running cloud as well.

Here also passes the time that a transition from state to state takes.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace
from rehearsal.timing import clock

ENTERED = "stateEnteredEventDetails"
EXITED = "stateExitedEventDetails"


def apply() -> None:
    """Tell which execution an event belongs to, and which state."""
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    def environment(self: Any) -> Any:
        env = prepare(self)
        env.event_manager.execution_arn = self._evaluation_details.execution_details.arn
        return env

    prepare = replace(ExecutionWorker, "_get_evaluation_environment", environment)

    def publish(self: Any, **fields: Any) -> None:
        note(self, **fields)
        event = self._history_event_list[-1]
        states = self.__dict__.setdefault("state_of_event", {})
        details = event.get(ENTERED) or event.get(EXITED)
        state = details["name"] if details else states.get(event["previousEventId"], "")
        states[event["id"]] = state
        if hooks.history is not None:
            hooks.history(getattr(self, "execution_arn", ""), event, state)
        if event.get(ENTERED):
            clock().wait("stepfunctions.transition")

    note = replace(EventManager, "_publish_history_event", publish)
