"""Defect: times in the context object have microseconds and +00:00.

``$states.context.Execution.StartTime`` is 2026-01-01T00:00:00.123Z on AWS.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rehearsal.cloud.journal import aws_time
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Format Execution.StartTime and State.EnteredTime as AWS does."""
    from moto.stepfunctions.parser.asl.component.state import state
    from moto.stepfunctions.parser.backend.execution import Execution

    def start_details(self: Any) -> Any:
        details = original(self)
        details.start_time = aws_time(self.start_date)
        return details

    original = replace(Execution, "get_start_execution_details", start_details)

    def state_data(**fields: Any) -> dict[str, Any]:
        moment = datetime.fromisoformat(fields["EnteredTime"]).astimezone(UTC)
        return {**fields, "EnteredTime": aws_time(moment)}

    replace(state, "StateData", state_data)
