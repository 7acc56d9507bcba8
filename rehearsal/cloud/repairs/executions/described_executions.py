"""Three defects of DescribeExecution.

A timed-out execution has no stop date, and an output that is a string is shown without its
quotation marks, so that it is no JSON. And it is exact, where the service's is eventually
consistent (API Reference, DescribeExecution): with ``hooks.stale_seconds``, functions are told a
status that is over for so long after the first look that could have seen the next one.
"""

from __future__ import annotations

import json
import time
from typing import Any

from rehearsal.cloud.door import ACCESS_KEY
from rehearsal.cloud.repairs.executions.redrive import obstacle
from rehearsal.cloud.repairs.hooks import hooks
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
        reason = obstacle(execution)
        described["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
        if reason:
            described["redriveStatusReason"] = reason
        if f"Credential={ACCESS_KEY}/" not in str(self.headers.get("Authorization", "")):
            described["status"] = told.status(arn, described["status"])
        return result

    told = Told()
    original = replace(StepFunctionResponse, "describe_execution", describe_execution)


class Told:
    """What was told of each execution's status, and since when that is over."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, float]] = {}

    def status(self, arn: str, true: str) -> str:
        """What is told of an execution with this status."""
        now = time.monotonic()
        told, over = self._last.get(arn, (true, 0.0))
        if told != true and hooks.stale_seconds:
            over = over or now
            if (now - over) * hooks.time_scale < hooks.stale_seconds:
                self._last[arn] = (told, over)
                return told
        self._last[arn] = (true, 0.0)
        return true
