"""Defect: a DynamoDB transaction that is refused puts the whole table back as it was before it.

moto copies every table of a transaction first and restores the copy where a condition does not
hold: what others wrote in between is lost, and a write during the copy breaks it. In DynamoDB a
transaction is isolated from every other write ("Amazon DynamoDB Transactions: How it works").
"""

from __future__ import annotations

import threading
from typing import Any

from rehearsal.cloud.repairs.replacement import replace

_TURN = threading.RLock()


def apply() -> None:
    """One call of DynamoDB at a time."""
    from moto.dynamodb.responses import DynamoHandler

    def call_action(self: Any) -> Any:
        with _TURN:
            return original(self)

    original = replace(DynamoHandler, "call_action", call_action)
