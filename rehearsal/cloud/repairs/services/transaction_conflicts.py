"""Missing: what touches an item while a transaction looks at it is refused.

A transaction is cancelled with the reason TransactionConflict, a single write is refused with
TransactionConflictException; neither waits for the other (Developer Guide, "Amazon DynamoDB
Transactions: How it works", "Transaction conflict handling"). moto's are over in no time.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TRANSACTION_SECONDS = 0.005
"""Estimate: how long a transaction holds its items."""
NAMESPACE = "com.amazonaws.dynamodb.v20120810#"

Refusal = tuple[int, dict[str, str], str]


def hold() -> None:
    """A transaction is at work."""
    time.sleep(TRANSACTION_SECONDS)


class Conflicts:
    """The items, by key, that transactions hold just now."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def write(self, keys: Sequence[str], *, transaction: bool) -> Iterator[Refusal | None]:
        """Take part in a write of these items: nothing, or the answer of who came too soon."""
        with self._lock:
            met = self._held.intersection(keys)
            if transaction and not met:
                self._held.update(keys)
        if met:
            yield _cancelled([key in met for key in keys]) if transaction else _refused()
            return
        try:
            if transaction:
                hold()
            yield None
        finally:
            if transaction:
                with self._lock:
                    self._held.difference_update(keys)


def _cancelled(conflicts: Sequence[bool]) -> Refusal:
    said = "Transaction is ongoing for the item"
    reasons = [
        {"Code": "TransactionConflict", "Message": said} if one else {"Code": "None"}
        for one in conflicts
    ]
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return _answer(
        "TransactionCanceledException", {"Message": message, "CancellationReasons": reasons}
    )


def _refused() -> Refusal:
    return _answer(
        "TransactionConflictException", {"message": "Transaction is ongoing for the item"}
    )


def _answer(kind: str, said: dict[str, object]) -> Refusal:
    body = json.dumps({"__type": NAMESPACE + kind, **said})
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, body
