"""Several entries written at once, or none of them; and what else is written meanwhile."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.exceptions import ClientError

from redash_migration.adapters.dynamodb.refusals import FAILED, cancelled_by, code_of

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

CONFLICT_TRIES = 8
"""What looks at one entry at the same moment conflicts where one of them is a transaction, and is
to be tried again."""
TRANSACTION_ITEMS = 100
"""As many as TransactWriteItems takes (API Reference)."""

CONFLICTS = {"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"}


def transact(client: DynamoDBClient, items: Any) -> list[str]:
    """Nothing when it was written; else, in the items' order, whose condition failed.

    TransactWriteItems, API Reference: reasons stand in the items' order.
    """
    for attempt in range(1, CONFLICT_TRIES + 1):
        try:
            client.transact_write_items(TransactItems=items)
        except ClientError as error:
            reasons = cancelled_by(error)
            if FAILED in reasons:
                return reasons
            if attempt == CONFLICT_TRIES or not CONFLICTS.intersection(reasons):
                raise
            _rest(attempt)
        else:
            break
    return []


def beside_transactions(
    write: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs
) -> Answer:
    """What a write of one entry answers, which is refused while a transaction looks at it.

    Every deed's transaction looks at the owner's entry; and boto3 tries it again for no one.
    """
    for attempt in range(1, CONFLICT_TRIES):
        try:
            return write(*given, **named)
        except ClientError as error:
            if code_of(error) != "TransactionConflictException":
                raise
            _rest(attempt)
    return write(*given, **named)


def _rest(attempt: int) -> None:
    time.sleep(random.uniform(0.02, 0.05) * 2**attempt)  # noqa: S311 - no secret
