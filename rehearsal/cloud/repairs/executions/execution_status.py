"""Missing: nothing says that an execution began or ended.

Repair: the running cloud is told, and turns it into the EventBridge event. What an execution that
was stopped or redriven meanwhile still does changes its status no more.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Report start and end."""
    from moto.stepfunctions.parser.api import ExecutionStatus
    from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    def terminated(self: Any) -> None:
        execution = self.execution
        current = getattr(self, "redrives", 0) == getattr(execution, "redrives", 0)
        if current and execution.exec_status == ExecutionStatus.RUNNING:
            reflect(self)
            if hooks.execution_changed is not None:
                hooks.execution_changed(execution)

    reflect = replace(BaseExecutionWorkerCommunication, "terminated", terminated)

    def start(self: Any) -> None:
        # Told before the thread runs: a short execution would have ended before it began.
        if hooks.execution_changed is not None:
            hooks.execution_changed(self._execution_communication.execution)
        begin(self)

    begin = replace(ExecutionWorker, "start", start)
