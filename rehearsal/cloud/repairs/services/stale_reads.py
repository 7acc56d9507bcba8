"""Missing: reads of DynamoDB that are not asked to be consistent, and are not.

"The response might not reflect the results of a recently completed write operation" (Developer
Guide, "DynamoDB read consistency"): here it never does, for a second after the write. The
rehearsal's own reads, which are no function's, tell what is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

BEHIND_SECONDS = 1.0
READS = {"GetItem", "Query", "Scan", "BatchGetItem"}
"""TransactGetItems is always consistent."""

PutBack = Callable[[], None]
AsItIs = Callable[[Any, dict[str, Any]], PutBack]
"""What puts the item that an action names back as it is now."""


class Recent:
    """The items written a moment ago, each as it was before."""

    def __init__(self, as_it_is: AsItIs) -> None:
        self._as_it_is = as_it_is
        self._before: dict[str, tuple[float, Any, dict[str, Any], PutBack]] = {}

    def written(self, backend: Any, operation: str, given: Mapping[str, Any]) -> None:
        """A write is about to begin."""
        for action in writes(operation, given):
            if action["TableName"] not in backend.tables:
                continue
            key = key_of(backend, action)
            if time.monotonic() - self._before.get(key, (0.0,))[0] > BEHIND_SECONDS:
                before = self._as_it_is(backend, action)
                self._before[key] = (time.monotonic(), backend, action, before)

    def behind(self, operation: str, given: Mapping[str, Any]) -> ExitStack:
        """What a read that may be behind sees, for as long as it takes."""
        way_back = ExitStack()
        if operation in READS and not _consistent(operation, given):
            for key, (at, backend, action, before) in list(self._before.items()):
                if time.monotonic() - at > BEHIND_SECONDS:
                    del self._before[key]
                elif action["TableName"] in backend.tables:
                    way_back.callback(self._as_it_is(backend, action))
                    before()
        return way_back


def writes(operation: str, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The actions of a write: each with a table's name, and an item or its key."""
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield dict(given)
    elif operation == "TransactWriteItems":
        for item in given["TransactItems"]:
            yield from item.values()
    elif operation == "BatchWriteItem":
        for table, requests in given["RequestItems"].items():
            for request in requests:
                yield from ({"TableName": table, **one} for one in request.values())


def key_of(backend: Any, action: Mapping[str, Any]) -> str:
    """Names the item of an action."""
    table = backend.get_table(action["TableName"])
    names = [table.hash_key_attr, table.range_key_attr]
    item = action.get("Key") or action["Item"]
    return repr((action["TableName"], [item.get(name) for name in names if name]))


def _consistent(operation: str, given: Mapping[str, Any]) -> bool:
    if operation == "BatchGetItem":
        return all(one.get("ConsistentRead") for one in given["RequestItems"].values())
    return bool(given.get("ConsistentRead"))
