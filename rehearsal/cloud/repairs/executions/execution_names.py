"""Defect: an execution started without a name is called None, and there can be only one."""

from __future__ import annotations

import uuid
from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Make a name up, as StartExecution does."""
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    def start_execution(
        self: Any,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: Any = None,
    ) -> Any:
        return original(
            self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header
        )

    original = replace(StepFunctionsParserBackend, "start_execution", start_execution)
