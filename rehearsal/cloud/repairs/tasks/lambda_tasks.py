"""Defect: Lambda functions run in Docker only; the engine calls them through a new boto3 client.

Repair: both ways into a function, the Invoke API and the state machine's Task, go to the
processes of this rehearsal. Time-outs and crashes keep the error names of Lambda.
"""

from __future__ import annotations

import io
from typing import Any

from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Replace the two calls."""
    _tasks()
    _api()


def _tasks() -> None:
    from botocore.exceptions import ClientError
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
        lambda_eval_utils,
    )

    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        del region, state_credentials
        if hooks.invoke is None:
            raise RuntimeError("no cloud is running")
        payload = parameters.get("Payload") or b"{}"
        context = parameters.get("ClientContext") or ""
        try:
            answer = hooks.invoke(parameters["FunctionName"], payload, context)
        except KeyError as problem:
            raise client_error(
                ClientError, "ResourceNotFoundException", str(problem), 404
            ) from problem
        if answer.throttled:
            raise client_error(ClientError, "TooManyRequestsException", "Rate exceeded", 429)
        response: dict[str, Any] = {
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "Payload": lambda_eval_utils._from_payload(io.BytesIO(answer.body)),
        }
        if answer.error:
            response["FunctionError"] = answer.error
        return response

    replace(lambda_eval_utils, "_invoke_lambda_function", invoke)


def client_error(kind: Any, code: str, message: str, status: int) -> Exception:
    """The exception that boto3 would have raised."""
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "rehearsal"},
    }
    error: Exception = kind(response, "Invoke")
    return error


def _api() -> None:
    from moto.awslambda.models import LambdaFunction

    def invoke(self: Any, body: Any, request_headers: Any, response_headers: Any) -> Any:
        payload = body.encode() if isinstance(body, str) else (body or b"{}")
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "Event" and hooks.invoke_asynchronously is not None:
            hooks.invoke_asynchronously(self.function_arn, payload)
            return ""
        if kind == "DryRun" or hooks.invoke is None:
            return ""
        context = request_headers.get("x-amz-client-context", "")
        answer = hooks.invoke(self.function_arn, payload, context)
        if answer.error:
            response_headers["x-amz-function-error"] = answer.error
        return answer.body

    replace(LambdaFunction, "invoke", invoke)
