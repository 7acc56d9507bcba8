"""Resuming a step and looking at executions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from redash_migration.record.waits import Outcome, TokenUnknown

if TYPE_CHECKING:
    from types_boto3_stepfunctions.client import SFNClient

CLOSED_CODES = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""AWS Step Functions API Reference, SendTaskSuccess: the token is expired, used or unknown."""


class StepFunctions:
    """The state machine as its own functions see it."""

    def __init__(self, client: SFNClient, machine: str = "") -> None:
        self._client = client
        self._machine = machine

    def send(self, token: str, outcome: Outcome) -> None:
        """Send the answer of a wait; TokenUnknown when nobody waits with this token."""
        try:
            if outcome.result is not None:
                self._client.send_task_success(
                    taskToken=token, output=json.dumps(outcome.result, ensure_ascii=False)
                )
            else:
                self._client.send_task_failure(
                    taskToken=token, error=outcome.error[:256], cause=outcome.cause[:32000]
                )
        except ClientError as error:
            if error.response["Error"]["Code"] in CLOSED_CODES:
                raise TokenUnknown from error
            raise

    def is_running(self, execution_arn: str) -> bool:
        """Whether an execution still runs; False also when it is unknown."""
        try:
            answer = self._client.describe_execution(executionArn=execution_arn)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return False
            raise
        return answer["status"] in {"RUNNING", "PENDING_REDRIVE"}

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        """Start a roll-back; its ARN, or None where an execution of that name has ended.

        StartExecution, API Reference: the same name and input while it runs is answered as if it
        were the first time; any other use of the name is ExecutionAlreadyExists.
        """
        return self._start("roll-back", migration_id, attempt)

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        """Start an execution in mode return, which leads forward again and asks anew."""
        return self._start("return", migration_id, attempt)

    def _start(self, mode: str, migration_id: str, attempt: int) -> str | None:
        try:
            answer = self._client.start_execution(
                stateMachineArn=self._machine,
                name=f"{migration_id}-{mode}-{attempt}",
                input=json.dumps({"mode": mode, "migrationId": migration_id}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise
            return None
        return answer["executionArn"]
