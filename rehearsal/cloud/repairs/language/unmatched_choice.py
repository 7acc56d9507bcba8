"""Defect: a Choice state that matches nothing fails with States.Runtime.

AWS says States.NoChoiceMatched.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Name the error as AWS does."""
    from moto.stepfunctions.parser.api import (
        ExecutionFailedEventDetails,
        HistoryEventType,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.component.state.choice.state_choice import (
        StateChoice,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    def evaluate(self: Any, env: Any) -> None:
        try:
            original(self, env)
        except RuntimeError as problem:
            if not str(problem.args[0]).startswith("No branching option"):
                raise
            kind = StatesErrorNameType.StatesNoChoiceMatched
            raise FailureEventException(
                FailureEvent(
                    env=env,
                    error_name=StatesErrorName(typ=kind),
                    event_type=HistoryEventType.ExecutionFailed,
                    event_details=EventDetails(
                        executionFailedEventDetails=ExecutionFailedEventDetails(
                            error=kind.to_name(),
                            cause=f"An error occurred while executing the state '{self.name}'. "
                            "Failed to transition out of the state: no choice rule matched.",
                        )
                    ),
                )
            ) from problem

    original = replace(StateChoice, "_eval_state", evaluate)
