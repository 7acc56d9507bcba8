"""The record's table in DynamoDB.

Strongly consistent reads, conditional writes (Amazon DynamoDB Developer Guide, "Condition
expressions"). Attribute names go in as placeholders because several are reserved words.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.adapters.dynamodb.expressions import Expression, decode, encode
from redash_migration.adapters.dynamodb.refusals import (
    CAN_NOT_TAKE_IT,
    FAILED,
    code_of,
    only_unmet,
    reasons_of,
)
from redash_migration.adapters.dynamodb.transactions import (
    TRANSACTION_ITEMS,
    beside_transactions,
    transact,
)
from redash_migration.record.table import Condition, ConditionNotMet, Expected, Item, Value

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


REMEMBERED_SECONDS = 180 * 86_400
"""How long the table keeps an entry after its last change (its time-to-live attribute)."""

_EXPIRES = "expires_at"


class DynamoTable:
    """A table with string keys ``pk`` and ``sk``, and ``expires_at`` as its time to live."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name

    def put_new(self, item: Item) -> bool:
        """See RecordTable."""
        try:
            beside_transactions(
                self._client.put_item,
                TableName=self._name,
                Item=encode({**item, _EXPIRES: _expiry()}),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            only_unmet(error)
            return False
        return True

    def get(self, pk: str, sk: str) -> Item | None:
        """See RecordTable."""
        answer = self._client.get_item(
            TableName=self._name, Key=encode({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        found = answer.get("Item")
        return None if found is None else decode(found)

    def query(self, pk: str, prefix: str = "") -> list[Item]:
        """See RecordTable."""
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        items: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            page = self._client.query(
                TableName=self._name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **start,
            )
            items += [decode(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def update(
        self,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value] | None = None,
        first: Mapping[str, Value] | None = None,
        add: Mapping[str, int] | None = None,
        expected: Mapping[str, Expected] | None = None,
    ) -> Item | None:
        """See RecordTable."""
        expression = Expression()
        sets = [
            f"{expression.name(name)} = {expression.value(value)}"
            for name, value in {**(values or {}), _EXPIRES: _expiry()}.items()
        ] + [
            f"{expression.name(name)} = if_not_exists({expression.name(name)}, "
            f"{expression.value(value)})"
            for name, value in (first or {}).items()
        ]
        adds = [
            f"{expression.name(name)} {expression.value(value)}"
            for name, value in (add or {}).items()
        ]
        parts = ([f"SET {', '.join(sets)}"] if sets else []) + (
            [f"ADD {', '.join(adds)}"] if adds else []
        )
        condition = expression.condition(expected or {})
        try:
            answer = beside_transactions(
                self._client.update_item,
                TableName=self._name,
                Key=encode({"pk": pk, "sk": sk}),
                UpdateExpression=" ".join(parts),
                ReturnValues="ALL_NEW",
                **condition,
                **expression.attributes(),
            )
        except ClientError as error:
            if code_of(error) == CAN_NOT_TAKE_IT:
                if not self._emptied(pk, sk, expected or {}):
                    raise
                return self.update(pk, sk, values=values, first=first, add=add, expected=expected)
            only_unmet(error)
            return None
        return decode(answer["Attributes"])

    def _emptied(self, pk: str, sk: str, expected: Mapping[str, Expected]) -> bool:
        """Take away what stands in an entry beside what is expected of it; False where nothing
        does, or it is not as expected."""
        key = encode({"pk": pk, "sk": sk})
        found = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        odd = sorted(found.get("Item", {}).keys() - {"pk", "sk", *expected})
        if not odd:
            return False
        change = Expression()
        removed = ", ".join(map(change.name, odd))
        condition = change.condition(expected)
        try:
            beside_transactions(
                self._client.update_item,
                TableName=self._name,
                Key=key,
                UpdateExpression=f"REMOVE {removed}",
                **condition,
                **change.attributes(),
            )
        except ClientError as error:
            only_unmet(error)
            return False
        return True

    def update_under(
        self,
        condition: Condition,
        pk: str,
        sk: str,
        *,
        values: Mapping[str, Value],
        expected: Mapping[str, Expected] | None = None,
    ) -> bool:
        """See RecordTable."""
        looked_at = {
            "TableName": self._name,
            "Key": encode({"pk": condition.pk, "sk": condition.sk}),
        }
        look = Expression()
        noted = [
            f"{look.name(name)} = {look.value(value)}" for name, value in condition.notes.items()
        ]
        looked_at |= {**look.condition(condition.expected), **look.attributes()}
        reasons = transact(
            self._client,
            [
                {"Update": {**looked_at, "UpdateExpression": f"SET {', '.join(noted)}"}}
                if noted
                else {"ConditionCheck": looked_at},
                self._setting(pk, sk, values, expected or {}),
            ],
        )
        if reasons and reasons[0] == FAILED:
            raise ConditionNotMet(condition.sk)
        return not reasons

    def update_all(self, pk: str, entries: Mapping[str, Mapping[str, Value]]) -> None:
        """See RecordTable. One call for a hundred: users may be waiting for it."""
        changes = [self._setting(pk, sk, values, {}) for sk, values in entries.items()]
        for first in range(0, len(changes), TRANSACTION_ITEMS):
            try:
                transact(self._client, changes[first : first + TRANSACTION_ITEMS])
            except ClientError as error:
                if CAN_NOT_TAKE_IT not in {code_of(error), *reasons_of(error)}:
                    raise
                for sk in list(entries)[first : first + TRANSACTION_ITEMS]:
                    self.update(pk, sk, values=entries[sk])

    def _setting(
        self, pk: str, sk: str, values: Mapping[str, Value], expected: Mapping[str, Expected]
    ) -> dict[str, Any]:
        """One entry's change as a part of a transaction."""
        change = Expression()
        sets = [
            f"{change.name(name)} = {change.value(value)}"
            for name, value in {**values, _EXPIRES: _expiry()}.items()
        ]
        return {
            "Update": {
                "TableName": self._name,
                "Key": encode({"pk": pk, "sk": sk}),
                "UpdateExpression": f"SET {', '.join(sets)}",
                **change.condition(expected),
                **change.attributes(),
            }
        }


def _expiry() -> int:
    return int(time.time()) + REMEMBERED_SECONDS
