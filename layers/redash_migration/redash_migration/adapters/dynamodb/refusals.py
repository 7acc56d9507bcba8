"""What DynamoDB says when it does not write: a condition, a conflict, an entry without room."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

FAILED = "ConditionalCheckFailed"
"""Why a transaction was cancelled: a condition that does not hold."""

CAN_NOT_TAKE_IT = "ValidationException"
"""Tests hold what is asked for to the service's rules: so it is the entry that has no room (400
KB), or a text where a number is added."""


def code_of(error: ClientError) -> str:
    """The service's name of the error."""
    return error.response["Error"]["Code"]


def reasons_of(error: ClientError) -> list[str]:
    """Why a transaction was cancelled, by item; the entry itself is told as ValidationError."""
    response: dict[str, Any] = dict(error.response)
    told = [str(reason.get("Code", "")) for reason in response.get("CancellationReasons", [])]
    return [CAN_NOT_TAKE_IT if one == "ValidationError" else one for one in told]


def cancelled_by(error: ClientError) -> list[str]:
    """Why a transaction was cancelled, by item; anything else goes up."""
    if code_of(error) != "TransactionCanceledException":
        raise error
    return reasons_of(error)


def only_unmet(error: ClientError) -> None:
    """Raises the error again unless it says that the condition does not hold."""
    if code_of(error) != "ConditionalCheckFailedException":
        raise error
