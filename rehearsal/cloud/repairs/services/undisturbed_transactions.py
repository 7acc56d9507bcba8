"""Defect: a DynamoDB transaction that is refused puts the whole table back as it was before it.

moto copies every table of a transaction first, for each of its items, and restores the copy where
a condition does not hold: what others wrote in between is lost, a write during the copy breaks it,
and a write costs the more the more the table holds. In DynamoDB a transaction is isolated from
every other write ("Amazon DynamoDB Transactions: How it works"). What a read sees that is not asked
to be consistent: ``stale_reads``; what meets a transaction at work: ``transaction_conflicts``.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from rehearsal.cloud.door import ACCESS_KEY
from rehearsal.cloud.repairs.replacement import replace
from rehearsal.cloud.repairs.services.stale_reads import Recent, key_of, writes
from rehearsal.cloud.repairs.services.transaction_conflicts import Conflicts

_TURN = threading.RLock()


def apply() -> None:
    """One call of DynamoDB at a time, and a refused transaction restores the items it names."""
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.responses import DynamoHandler

    recent, conflicts = Recent(_as_it_is), Conflicts()

    def call_action(self: Any) -> Any:
        operation, given = self._get_action(), getattr(self, "params", {})
        if f"Credential={ACCESS_KEY}/" in str(self.headers.get("Authorization", "")):
            with _TURN:
                recent.written(self.dynamodb_backend, operation, given)
                return original_call(self)
        tables, actions = self.dynamodb_backend.tables, writes(operation, given)
        keys = [key_of(self.dynamodb_backend, one) for one in actions if one["TableName"] in tables]
        whole = operation == "TransactWriteItems"
        with conflicts.write(keys, transaction=whole) as refusal:
            if refusal is not None:
                return refusal
            with _TURN:
                recent.written(self.dynamodb_backend, operation, given)
                with recent.behind(operation, given):
                    return original_call(self)

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        actions = [action for item in transact_items for action in item.values()]
        put_back = [_as_it_is(self, action) for action in actions]
        with _not_copied([self.tables[a["TableName"]] for a in actions]):
            try:
                original_transaction(self, transact_items)
            except Exception:
                for restore in put_back:
                    restore()
                raise

    original_call = replace(DynamoHandler, "call_action", call_action)
    original_transaction = replace(DynamoDBBackend, "transact_write_items", transact_write_items)


@contextmanager
def _not_copied(tables: Iterable[Any]) -> Iterator[None]:
    """moto's copy of a table is the table itself meanwhile, and putting it back does nothing."""
    for table in tables:
        table.__deepcopy__ = partial(_itself, table)
    try:
        yield
    finally:
        for table in tables:
            vars(table).pop("__deepcopy__", None)


def _itself(table: Any, _memo: object) -> Any:
    return table


def _as_it_is(backend: Any, action: dict[str, Any]) -> Callable[[], None]:
    """What puts the item of a transaction's action back as it is now."""
    table = backend.get_table(action["TableName"])
    hash_key, range_key = backend.get_keys_value(table, action.get("Key") or action["Item"])
    before = copy.deepcopy(table.get_item(hash_key, range_key))

    def put_back() -> None:
        if before is None:
            table.delete_item(hash_key, range_key)
        elif range_key is None:
            table.items[hash_key] = before
        else:
            table.items[hash_key][range_key] = before

    return put_back
