"""Resuming a step and looking at executions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redash_migration.failure_text import words
from redash_migration.record.wait import Outcome, TokenUnknown

if TYPE_CHECKING:
    from types_boto3_stepfunctions.client import SFNClient

CLOSED_CODES = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""AWS Step Functions API Reference, SendTaskSuccess: the token is expired, used or unknown."""

DIED = "Runtime.ExitError"
_DIED_SAYS = re.compile(r"RequestId: ([0-9a-f-]{36}) Error: Runtime exited\b.*", re.DOTALL)
"""What AWS Lambda answers for a process that is gone, and in whose request: a crash, no memory."""

HISTORY_EVENTS = 1000
"""How far back a death is looked for, one page: a write pause has some hundred events."""

logger = Logger(service="redash-migration", child=True)


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

    def died(self, execution_arn: str) -> frozenset[str]:
        """The latest requests of an execution whose function's process was seen to be gone.

        Certain, for it is Lambda itself that says so, and by the request's id. That one is absent
        says nothing: the history lags behind, and what nobody waits for any more is not in it.
        """
        try:
            answer = self._client.get_execution_history(
                executionArn=execution_arn, reverseOrder=True, maxResults=HISTORY_EVENTS
            )
        except (BotoCoreError, ClientError) as error:  # then it is waited for
            logger.warning(f"the history is not told: {words(error)}")
            return frozenset()
        failed = [
            event.get("taskFailedEventDetails") or event.get("taskSubmitFailedEventDetails")
            for event in answer["events"]
        ]
        causes = [
            one.get("cause", "")
            for one in failed
            if one and (one["resourceType"], one.get("error")) == ("lambda", DIED)
        ]
        return frozenset(filter(None, map(_request, causes)))

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


def _request(cause: str) -> str:
    """The id of the request that such a cause is about; empty where it is of another form."""
    try:
        said = _DIED_SAYS.fullmatch(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return ""
    return said[1] if said else ""
