"""Defect: DescribeExecution of a timed-out execution has no stop date.

ListExecutions neither; and an execution's input is not shown as it was given.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Add the stop date."""
    from moto.stepfunctions.responses import StepFunctionResponse

    def describe_execution(self: Any) -> Any:
        result = original(self)
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        described = result._result
        if execution.stop_date is not None:
            described["stopDate"] = execution.stop_date
        redriven = getattr(execution, "redrives", 0)
        described["redriveCount"] = redriven
        return result

    original = replace(StepFunctionResponse, "describe_execution", describe_execution)
