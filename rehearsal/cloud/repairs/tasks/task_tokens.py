"""Three defects of task tokens.

A second SendTaskSuccess for one token is accepted; a token of an execution or a branch that has
ended is accepted or "invalid" rather than timed out; a token task that is tried again keeps its
first token, so that it can't be resumed.

Repair: one token per attempt, closed for good by the first answer or the end of the attempt. A
closed token answers TaskTimedOut ("no longer waiting"), an unknown one InvalidToken; an answer
that is no JSON is refused with InvalidOutput.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

import json
import threading
from typing import Any

from rehearsal.cloud.repairs.replacement import replace

LARGEST_OUTPUT = 262_144

_one_answer = threading.Lock()


def apply() -> None:
    """Token per attempt; one answer per token."""
    _answers()
    _one_token_per_attempt()


def _answers() -> None:
    from moto.stepfunctions.parser import api
    from moto.stepfunctions.parser.asl.eval.callback import callback
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    def endpoint(backend: Any, token: str) -> Any:
        for machine in backend.state_machines:
            for execution in machine.executions:
                env: Any = execution.exec_worker.env if execution.exec_worker else None
                found = env.callback_pool_manager.get(token) if env is not None else None
                if found is not None:
                    waits = getattr(found, "env", env)
                    if found.consumer_error is not None or not waits.is_running():
                        raise api.TaskTimedOut
                    return found
        raise api.InvalidToken

    def answer(backend: Any, token: str, outcome: Any) -> None:
        with _one_answer:
            waiting = endpoint(backend, token)
            if waiting.get_outcome() is not None:
                raise api.TaskTimedOut
            waiting.notify(outcome)

    def send_task_success(self: Any, task_token: str, outcome: str) -> None:
        try:
            json.loads(outcome)
        except ValueError:
            raise api.InvalidOutput("Invalid Output: 'Output is not valid JSON'") from None
        if len(outcome.encode()) > LARGEST_OUTPUT:
            raise api.InvalidOutput(f"Invalid Output: larger than {LARGEST_OUTPUT} bytes")
        answer(self, task_token, callback.CallbackOutcomeSuccess(task_token, outcome))

    def send_task_failure(
        self: Any, task_token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        answer(self, task_token, callback.CallbackOutcomeFailure(task_token, error, cause))

    def send_task_heartbeat(self: Any, task_token: str) -> None:
        with _one_answer:
            endpoint(self, task_token).notify_heartbeat()

    replace(StepFunctionsParserBackend, "send_task_success", send_task_success)
    replace(StepFunctionsParserBackend, "send_task_failure", send_task_failure)
    replace(StepFunctionsParserBackend, "send_task_heartbeat", send_task_heartbeat)


def _one_token_per_attempt() -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.execute_state import (
        ExecutionState,
    )

    def evaluate_with_timeout(self: Any, env: Any) -> None:
        condition = getattr(getattr(self, "resource", None), "condition", None)
        if condition != "waitForTaskToken":
            original(self, env)
            return
        token = env.states.context_object.update_task_token()
        waiting = env.callback_pool_manager.add(token)
        waiting.env = env
        try:
            original(self, env)
        finally:
            close(waiting)

    original = replace(ExecutionState, "_evaluate_with_timeout", evaluate_with_timeout)


def close(waiting: Any) -> None:
    """Nobody waits for this token any more: later answers are too late."""
    from moto.stepfunctions.parser.asl.eval.callback import callback

    with _one_answer:
        waiting.report(callback.CallbackConsumerTimeout())
        waiting.interrupt_all()
