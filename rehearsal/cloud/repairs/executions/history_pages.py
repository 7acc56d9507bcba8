"""Defect: GetExecutionHistory ignores maxResults, nextToken and reverseOrder."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.replacement import replace

PAGE = 100
"""Events in a page where the caller says nothing (AWS: up to 1000, 100 by default)."""


def apply() -> None:
    """Answer in pages; the token is the number of events given so far."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.exceptions import InvalidToken
    from moto.stepfunctions.responses import StepFunctionResponse

    def get_execution_history(self: Any) -> Any:
        arn = self._get_param("executionArn")
        events = list(self.stepfunction_backend.get_execution_history(arn)["events"])
        if self._get_param("reverseOrder"):
            events.reverse()
        token = self._get_param("nextToken") or "0"
        if not token.isdecimal():
            raise InvalidToken(token)
        begin, most = int(token), int(self._get_param("maxResults") or PAGE)
        page: dict[str, Any] = {"events": events[begin : begin + most]}
        if begin + most < len(events):
            page["nextToken"] = str(begin + most)
        return ActionResult(page)

    replace(StepFunctionResponse, "get_execution_history", get_execution_history)
