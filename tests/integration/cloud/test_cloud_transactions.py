"""Transactions are whole or nothing and copy no table; reads may be behind, unless asked not to."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import Table

from rehearsal.cloud.repairs.services import transaction_conflicts
from rehearsal.cloud.repairs.services.stale_reads import BEHIND_SECONDS
from tests.record_table import make_table, pretend_to_be_on_aws


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A table with one item whose value is 1."""
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        made = make_table()
        made.put_item(TableName="record", Item={**key("old"), "value": {"N": "1"}})
        yield made


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": "a"}, "sk": {"S": name}}


def put(name: str) -> dict[str, Any]:
    return {"Put": {"TableName": "record", "Item": key(name)}}


def update(name: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "record",
            "Key": key(name),
            "UpdateExpression": "SET #v = :v",
            "ExpressionAttributeNames": {"#v": "value"},
            "ExpressionAttributeValues": {":v": {"N": "2"}},
        }
    }


def delete(name: str) -> dict[str, Any]:
    return {"Delete": {"TableName": "record", "Key": key(name)}}


def refused() -> dict[str, Any]:
    condition = {"ConditionExpression": "attribute_exists(pk)"}
    return {"ConditionCheck": {"TableName": "record", "Key": key("none"), **condition}}


@pytest.mark.parametrize("action", [put("new"), update("old"), update("new"), delete("old")])
def test_what_a_refused_transaction_began_is_taken_back(table: Any, action: dict[str, Any]) -> None:
    before = table.scan(TableName="record", ConsistentRead=True)["Items"]
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        table.transact_write_items(TransactItems=[action, refused()])
    assert table.scan(TableName="record", ConsistentRead=True)["Items"] == before


def test_a_transaction_that_holds_is_written_without_a_copy_of_the_table(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = copy.deepcopy

    def no_table(thing: Any, *memo: Any) -> Any:
        copied = original(thing, *memo)
        assert not isinstance(thing, Table) or copied is thing
        return copied

    monkeypatch.setattr(copy, "deepcopy", no_table)
    table.transact_write_items(TransactItems=[put("new"), update("old")])
    monkeypatch.undo()
    found = {
        item["sk"]["S"]: item
        for item in table.scan(TableName="record", ConsistentRead=True)["Items"]
    }
    assert found == {"new": key("new"), "old": {**key("old"), "value": {"N": "2"}}}


def test_a_read_that_is_not_asked_to_be_consistent_is_behind(table: Any) -> None:
    time.sleep(BEHIND_SECONDS)
    table.update_item(**update("old")["Update"])
    table.transact_write_items(TransactItems=[put("new")])
    found = partial(table.get_item, TableName="record")
    assert found(Key=key("old"))["Item"]["value"] == {"N": "1"}
    assert found(Key=key("old"), ConsistentRead=True)["Item"]["value"] == {"N": "2"}
    queried = partial(
        table.query,
        TableName="record",
        KeyConditionExpression="pk = :a",
        ExpressionAttributeValues={":a": {"S": "a"}},
    )
    assert [queried()["Count"], queried(ConsistentRead=True)["Count"]] == [1, 2]
    asked = [{"Get": {"TableName": "record", "Key": key("new")}}]
    assert table.transact_get_items(TransactItems=asked)["Responses"] == [{"Item": key("new")}]
    time.sleep(BEHIND_SECONDS)
    assert found(Key=key("old"))["Item"]["value"] == {"N": "2"}
    assert queried()["Count"] == 2


def test_what_meets_a_transaction_at_work_is_refused(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction_conflicts, "TRANSACTION_SECONDS", 0.5)
    first = threading.Thread(
        target=table.transact_write_items, kwargs={"TransactItems": [update("old")]}
    )
    first.start()
    time.sleep(0.2)
    with pytest.raises(ClientError) as cancelled:
        table.transact_write_items(TransactItems=[put("new"), update("old")])
    answer: dict[str, Any] = dict(cancelled.value.response)
    reasons = [reason["Code"] for reason in answer["CancellationReasons"]]
    assert (answer["Error"]["Code"], reasons) == (
        "TransactionCanceledException",
        ["None", "TransactionConflict"],
    )
    with pytest.raises(ClientError) as refused_write:
        table.update_item(**update("old")["Update"])
    assert refused_write.value.response["Error"]["Code"] == "TransactionConflictException"
    table.put_item(**put("other")["Put"])
    first.join()
    table.update_item(**update("old")["Update"])
