"""Two defects of DescribeExecution.

A timed-out execution has no stop date, and an output that is a string is shown without its
quotation marks, so that it is no JSON.
"""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Add the stop date and the number of redrives; encode the output."""
    from moto.stepfunctions.responses import StepFunctionResponse

    def describe_execution(self: Any) -> Any:
        result = original(self)
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        described = result._result
        if execution.stop_date is not None:
            described["stopDate"] = execution.stop_date
        if execution.status == "SUCCEEDED":
            described["output"] = json.dumps(execution.output, ensure_ascii=False)
        described["redriveCount"] = getattr(execution, "redrives", 0)
        if getattr(execution, "redrive_date", None):
            described["redriveDate"] = execution.redrive_date
        ended_badly = execution.status in {"FAILED", "ABORTED", "TIMED_OUT"}
        described["redriveStatus"] = "REDRIVABLE" if ended_badly else "NOT_REDRIVABLE"
        return result

    original = replace(StepFunctionResponse, "describe_execution", describe_execution)
