"""Defect: SendTaskFailure drops the cause."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Hand the cause on."""
    from moto.core.responses import EmptyResult
    from moto.stepfunctions.responses import StepFunctionResponse

    def send_task_failure(self: Any) -> Any:
        self.stepfunction_backend.send_task_failure(
            self._get_param("taskToken"),
            error=self._get_param("error"),
            cause=self._get_param("cause"),
        )
        return EmptyResult()

    replace(StepFunctionResponse, "send_task_failure", send_task_failure)
