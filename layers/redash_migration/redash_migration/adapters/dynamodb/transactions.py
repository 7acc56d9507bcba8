"""Several entries written at once, or none of them."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.adapters.dynamodb.refusals import FAILED, cancelled_by

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

CONFLICT_TRIES = 8
"""Transactions that look at one entry at the same moment conflict, and are to be tried again."""
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
            time.sleep(random.uniform(0.02, 0.05) * 2**attempt)  # noqa: S311 - no secret
        else:
            break
    return []
