"""Defect: seconds that an expression gives may be anything that int() takes.

Wait's Seconds is a whole number from 0, TimeoutSeconds and HeartbeatSeconds from 1, to 99,999,999;
a value of another type or out of that range is States.QueryEvaluationError (Developer Guide,
"Transforming data with JSONata", "Handling errors with JSONata").
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace

MOST = 99_999_999


def apply() -> None:
    """Look at the value before it is used."""
    from moto.stepfunctions.parser.asl.component.common.timeouts.heartbeat import (
        HeartbeatSecondsJSONata,
    )
    from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import (
        TimeoutSecondsJSONata,
    )
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.seconds import (
        SecondsJSONata,
    )

    def limit(self: Any, env: Any) -> int:
        return _whole(self.string_jsonata, env, 1)

    def pause(self: Any, env: Any) -> int:
        return _whole(self.string_jsonata, env, 0)

    replace(TimeoutSecondsJSONata, "_eval_seconds", limit)
    replace(HeartbeatSecondsJSONata, "_eval_seconds", limit)
    replace(SecondsJSONata, "_get_wait_seconds", pause)


def _whole(expression: Any, env: Any, least: int) -> int:
    from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    expression.eval(env=env)
    found = env.stack.pop()
    if type(found) is int and least <= found <= MOST:
        return found
    name = states_error_name.StatesErrorName(
        typ=states_error_name_type.StatesErrorNameType.StatesQueryEvaluationError
    )
    cause = (
        f"The JSONata expression '{expression.expression}' returned {found!r}, which is no whole "
        f"number from {least} to {MOST}"
    )
    details = EvaluationFailedEventDetails(cause=cause, error=name.error_name)
    raise failure_event.FailureEventException(
        failure_event.FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.EvaluationFailed,
            event_details=EventDetails(evaluationFailedEventDetails=details),
        )
    )
