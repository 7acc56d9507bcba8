"""Missing: RedriveExecution.

A failed, aborted or timed-out execution goes on under its own ARN and name, from the state that
did not succeed, with that state's input and the variables as they were. A Parallel or Map state
is done again as a whole; on AWS, only the branches and items that failed.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

import datetime
import json
import threading
from typing import Any

from rehearsal.cloud.journal import aws_time
from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import ORIGINALS, dotted

STOPPING_SECONDS = 30.0
"""How long a stopped execution may take to leave the state that it was in."""


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


def redrive(execution: Any) -> datetime.datetime:
    """Let an execution go on; gives the time. ExecutionNotRedrivable where it can't."""
    from moto.stepfunctions.parser import api

    if execution.status not in {"FAILED", "ABORTED", "TIMED_OUT"}:
        raise api.ExecutionNotRedrivable(
            f"Execution is not redrivable: it is {execution.status}, not failed, aborted or "
            "timed out"
        )
    worker = execution.exec_worker
    if worker.env is None or not worker.ended.wait(STOPPING_SECONDS):
        raise api.ExecutionNotRedrivable("Execution is not redrivable: it is still being stopped")
    name, given = last_entered(execution)
    now = datetime.datetime.now(datetime.UTC)
    execution.redrives = getattr(execution, "redrives", 0) + 1
    execution.redrive_date = now
    _restart(execution, worker.env, name, given, aws_time(now))
    return now


def last_entered(execution: Any) -> tuple[str, Any]:
    """The outermost state that was entered last, and its input."""
    outermost = json.loads(execution.state_machine.definition)["States"]
    for event in reversed(execution.exec_worker.env.event_manager.get_event_history()):
        details = event.get("stateEnteredEventDetails")
        if details and details["name"] in outermost:
            return details["name"], json.loads(details["input"])
    raise LookupError("no state was entered")


def _restart(execution: Any, before: Any, name: str, given: Any, moment: str) -> None:
    from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.flow.start_at import StartAt
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    worker = execution._get_start_execution_worker()
    worker._execution_communication.redrives = execution.redrives
    worker.ended = threading.Event()
    program = worker._get_evaluation_entrypoint()
    program.start_at = StartAt(start_at_name=name)
    env = worker._get_evaluation_environment()
    env.event_manager = before.event_manager
    env.event_history_context.source_event_id = 0
    env.variable_store = before.variable_store
    env.states.context_object.context_object_data["Execution"] |= {
        "RedriveCount": execution.redrives,
        "RedriveTime": moment,
    }
    env.states.reset(input_value=given)
    worker.env = env
    execution.exec_worker = worker
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    if hooks.execution_changed is not None:
        hooks.execution_changed(execution)
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=EventDetails(
            executionRedrivenEventDetails={"redriveCount": execution.redrives}
        ),
    )

    def go_on() -> None:
        program.eval(env)
        worker._execution_communication.terminated()

    threading.Thread(target=go_on, name=f"redrive of {execution.name}", daemon=True).start()
