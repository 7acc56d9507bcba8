"""Defect: StopExecution leaves a task that waits for its token waiting, and loses the reason.

The execution stays RUNNING for ever, or, once its thread is woken, becomes FAILED. Repair: the
status is ABORTED at once, with error and cause; waits are woken; what they raise afterwards
changes nothing any more; no retry begins. A state that was just being evaluated goes no further,
nor does the rest of a Map whose item has failed: moto leaves out what is left of it, and calls the
function with what happens to be there.
"""

from __future__ import annotations

import time
from typing import Any

from rehearsal.cloud.repairs.executions.progress import progress_of
from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace
from rehearsal.cloud.repairs.tasks.task_tokens import close


def apply() -> None:
    """Abort at once and for good."""
    _keep_aborted()
    _go_no_further()
    _abort()
    _hand_reason_on()


def _abort() -> None:
    from moto.stepfunctions.parser.api import ExecutionAbortedEventDetails, ExecutionStatus
    from moto.stepfunctions.parser.backend.execution import Execution

    def stop(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
        if self.exec_status != ExecutionStatus.RUNNING:
            return
        self.exec_status = ExecutionStatus.ABORTED
        self.stop_date = stop_date
        self.error, self.cause = error or None, cause or None
        env = environment_of(self.exec_worker)
        if env is not None:
            env.set_stop(stop_date=stop_date, cause=cause, error=error)
            _tell(env, ExecutionAbortedEventDetails(error=error, cause=cause))
        if hooks.execution_changed is not None:
            hooks.execution_changed(self)

    replace(Execution, "stop", stop)


def _tell(env: Any, details: Any) -> None:
    """The history's last event, however long the function at work goes on."""
    from moto.stepfunctions.parser.api import HistoryEventType
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext

    context = EventHistoryContext.of_program_start()
    context.run = getattr(env.event_history_context, "run", 0)
    env.event_manager.add_event(
        context=context,
        event_type=HistoryEventType.ExecutionAborted,
        event_details=EventDetails(executionAbortedEventDetails=details),
    )
    progress_of(env.event_manager).over = True


def environment_of(worker: Any) -> Any:
    """The worker's environment, which comes into being a moment after the start."""
    end = time.monotonic() + 5
    while worker.env is None and time.monotonic() < end:
        time.sleep(0.01)
    return worker.env


def _keep_aborted() -> None:
    from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import (
        RetryOutcome,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.execute_state import (
        ExecutionState,
    )
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped

    def set_error(self: Any, error: Any) -> None:
        if not isinstance(self._program_state, ProgramStopped):
            fail(self, error)

    fail = replace(Environment, "set_error", set_error)

    def set_stop(self: Any, stop_date: Any, cause: str | None, error: str | None) -> None:
        end(self, stop_date, cause, error)
        for waiting in list(self.callback_pool_manager._pool.values()):
            if waiting.consumer_error is None and not getattr(waiting, "env", self).is_running():
                close(waiting)

    end = replace(Environment, "set_stop", set_stop)

    def handle_retry(self: Any, env: Any, failure_event: Any) -> Any:
        if not env.is_running():
            return RetryOutcome.CannotRetry
        return retry(self, env, failure_event)

    retry = replace(ExecutionState, "_handle_retry", handle_retry)


def _go_no_further() -> None:
    from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent

    def evaluate(self: Any, env: Any) -> None:
        if env._program_state is not None and not env.is_running():
            raise RuntimeError("the execution, or this part of it, is over")
        original(self, env)

    original = replace(EvalComponent, "eval", evaluate)


def _hand_reason_on() -> None:
    from moto.core.responses import ActionResult
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend
    from moto.stepfunctions.responses import StepFunctionResponse

    def stop_execution(self: Any) -> Any:
        from moto.core.utils import utcnow

        backend: StepFunctionsParserBackend = self.stepfunction_backend
        execution = backend.describe_execution(self._get_param("executionArn"))
        execution.stop(utcnow(), self._get_param("error"), self._get_param("cause"))
        return ActionResult({"stopDate": execution.stop_date})

    replace(StepFunctionResponse, "stop_execution", stop_execution)
