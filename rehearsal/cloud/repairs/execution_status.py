"""Missing: nothing says that an execution began or ended.

Repair: the running cloud is told, and turns it into the EventBridge event. TIMED_OUT executions
get their stop date, failed ones their error and cause.
"""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Report start and end."""
    from moto.stepfunctions.parser.api import ExecutionStatus
    from moto.stepfunctions.parser.backend.execution import (
        BaseExecutionWorkerCommunication,
        Execution,
    )

    def terminated(self: Any) -> None:
        if self.execution.exec_status != ExecutionStatus.RUNNING:
            return
        reflect(self)
        if hooks.execution_changed is not None:
            hooks.execution_changed(self.execution)

    reflect = replace(BaseExecutionWorkerCommunication, "terminated", terminated)

    def start(self: Any) -> None:
        begin(self)
        if hooks.execution_changed is not None:
            hooks.execution_changed(self)

    begin = replace(Execution, "start", start)
