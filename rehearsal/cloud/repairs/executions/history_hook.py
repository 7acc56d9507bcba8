"""Missing: a way to watch an execution. Each history event goes to the running cloud as well.

Here also passes the time that a transition from state to state takes, and here an execution ends
that has too long a history, of which no Catch hears (Step Functions Developer Guide, "Service
quotas"; by which name it fails is not written down there).
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.backends import backend
from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace
from rehearsal.timing import clock

ENTERED = "stateEnteredEventDetails"
EXITED = "stateExitedEventDetails"
LONGEST_HISTORY = 25_000
"""Events."""


def apply() -> None:
    """Tell which execution an event belongs to, and which state."""
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    def environment(self: Any) -> Any:
        env = prepare(self)
        env.event_manager.execution_arn = self._evaluation_details.execution_details.arn
        env.states.context_object.context_object_data["Execution"]["RedriveCount"] = 0
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
        if event["id"] >= LONGEST_HISTORY:
            arn = self.execution_arn
            _end(backend("stepfunctions", arn.split(":")[3]).describe_execution(arn))
        if event.get(ENTERED):
            clock().wait("stepfunctions.transition")

    note = replace(EventManager, "_publish_history_event", publish)


def _end(execution: Any) -> None:
    """Fail an execution at once and for good: nothing of it is evaluated any further."""
    from moto.core.utils import utcnow
    from moto.stepfunctions.parser.api import ExecutionStatus

    if execution.exec_status != ExecutionStatus.RUNNING:
        return
    error = "States.Runtime"
    cause = f"The execution reached the maximum number of history events ({LONGEST_HISTORY})."
    execution.exec_status = ExecutionStatus.FAILED
    execution.stop_date, execution.error, execution.cause = utcnow(), error, cause
    execution.exec_worker.env.set_stop(stop_date=execution.stop_date, cause=cause, error=error)
    if hooks.execution_changed is not None:
        hooks.execution_changed(execution)
