"""Two defects of heartbeats.

HeartbeatSeconds without TimeoutSeconds ends the task after 60 seconds, and a missed heartbeat
can't be caught as States.HeartbeatTimeout (it is reported as States.Timeout).
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """No time-out where none is stated; the error by its name."""
    from moto.stepfunctions.parser.api import (
        HistoryEventType,
        TaskTimedOutEventDetails,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import (
        Timeout,
        TimeoutSeconds,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.execute_state import (
        ExecutionState,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import (
        StateTask,
    )
    from moto.stepfunctions.parser.asl.eval.callback.callback import (
        HeartbeatTimeoutError,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    def from_state_props(self: Any, state_props: Any) -> None:
        read(self, state_props)
        if state_props.get(Timeout) is None:
            self.timeout = TimeoutSeconds(timeout_seconds=TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)

    read = replace(ExecutionState, "from_state_props", from_state_props)

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, HeartbeatTimeoutError):
            return judge(self, env, ex)
        kind = StatesErrorNameType.StatesHeartbeatTimeout
        details = TaskTimedOutEventDetails(error=kind.to_name())
        return FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=kind),
            event_type=HistoryEventType.TaskTimedOut,
            event_details=EventDetails(taskTimedOutEventDetails=details),
        )

    judge = replace(StateTask, "_from_error", from_error)
