"""Missing: RedriveExecution.

A failed, aborted or timed-out execution goes on at once under its own ARN and name, from what did
not succeed (``resuming``), with the variables as they were. What an earlier run has set in motion
may still be at work beside it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
"""

from __future__ import annotations

import datetime
import threading
from typing import Any

from rehearsal.cloud.journal import aws_time
from rehearsal.cloud.repairs.executions.progress import progress_of
from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import ORIGINALS, dotted

REDRIVABLE_DAYS = 14
MOST_EVENTS = 24_999
"""A history that has as many has no room for a redrive and what follows it."""
TOO_LARGE = "States.DataLimitExceeded"
"""After it a Parallel or Map state is done again as a whole."""


def apply() -> None:
    """Add the operation: moto calls the method of that name."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.responses import StepFunctionResponse

    def redrive_execution(self: Any) -> Any:
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        return ActionResult({"redriveDate": redrive(execution)})

    if hasattr(StepFunctionResponse, "redrive_execution"):
        if dotted(StepFunctionResponse, "redrive_execution") in ORIGINALS:
            return
        raise RuntimeError("moto has RedriveExecution now: look whether this one is needed")
    ORIGINALS[dotted(StepFunctionResponse, "redrive_execution")] = None
    StepFunctionResponse.redrive_execution = redrive_execution


def obstacle(execution: Any) -> str:
    """Why an execution can't be redriven; empty where it can (DescribeExecution,
    ``redriveStatusReason``)."""
    if execution.status in {"RUNNING", "SUCCEEDED"}:
        return f"Execution is {execution.status} and cannot be redriven"
    longest = datetime.timedelta(days=REDRIVABLE_DAYS)
    stopped = execution.stop_date
    if stopped.tzinfo is None:
        stopped = stopped.replace(tzinfo=datetime.UTC)
    if datetime.datetime.now(datetime.UTC) - stopped > longest:
        return "Execution redrivable period exceeded"
    if len(execution.exec_worker.env.event_manager._history_event_list) >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    return ""


def redrive(execution: Any) -> datetime.datetime:
    """Let an execution go on; gives the time. ExecutionNotRedrivable where it can't."""
    from moto.stepfunctions.parser import api

    if reason := obstacle(execution):
        raise api.ExecutionNotRedrivable(f"Execution is not redrivable: '{reason}'")
    now = datetime.datetime.now(datetime.UTC)
    execution.redrives = getattr(execution, "redrives", 0) + 1
    execution.redrive_date = now
    _restart(execution, execution.exec_worker.env, aws_time(now))
    return now


def _restart(execution: Any, before: Any, moment: str) -> None:
    from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    progress = progress_of(before.event_manager)
    progress.redriven(whole=execution.error == TOO_LARGE)
    worker = execution._get_start_execution_worker()
    worker._execution_communication.redrives = execution.redrives
    program = worker._get_evaluation_entrypoint()
    env = worker._get_evaluation_environment()
    env.event_manager = before.event_manager
    env.callback_pool_manager = before.callback_pool_manager
    context = env.event_history_context
    context.run = progress.run
    context.source_event_id = len(env.event_manager._history_event_list)
    env.variable_store = before.variable_store
    env.states.context_object.context_object_data["Execution"] |= {
        "RedriveCount": execution.redrives,
        "RedriveTime": moment,
    }
    worker.env = env
    execution.exec_worker = worker
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    if hooks.execution_changed is not None:
        hooks.execution_changed(execution)
    env.event_manager.add_event(
        context=context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=EventDetails(
            executionRedrivenEventDetails={"redriveCount": execution.redrives}
        ),
    )

    def go_on() -> None:
        program.eval(env)
        worker._execution_communication.terminated()

    threading.Thread(target=go_on, name=f"redrive of {execution.name}", daemon=True).start()
