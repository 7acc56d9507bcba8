"""Three defects of StartExecution.

An execution started without a name is called None, and there can be only one; a name may hold any
character and be of any length; and so may the input (API Reference, StartExecution).
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from rehearsal.cloud.repairs.replacement import replace

NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
LARGEST_INPUT = 262_144
"""Bytes."""


def apply() -> None:
    """Make a name up, as StartExecution does, and refuse what it refuses."""
    from moto.stepfunctions.parser import api
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    def start_execution(
        self: Any,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: Any = None,
    ) -> Any:
        if name is not None and not NAME.fullmatch(name):
            raise api.InvalidName(f"Invalid Name: '{name}'")
        if len((execution_input or "").encode()) > LARGEST_INPUT:
            raise api.InvalidExecutionInput(f"Invalid Execution Input: over {LARGEST_INPUT} bytes")
        return original(
            self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header
        )

    original = replace(StepFunctionsParserBackend, "start_execution", start_execution)
