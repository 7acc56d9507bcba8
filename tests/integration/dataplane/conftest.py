"""Two databases with the same tables, and a record to write into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from redash_migration.adapters.dynamodb import DynamoTable
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.record.record import Record
from tests.owning import owned

MIGRATION = "redash-20260131-020000"

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def run() -> Run:
    """run(address, statements, *values): what the database's owner reads there."""

    def ask(address: DatabaseAddress, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(address, purpose="test", read_only=False) as session:
            cursor = session.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def both(
    source_database: DatabaseAddress, target_database: DatabaseAddress, run: Run
) -> Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]:
    """both(statements) runs them on either side and gives the two addresses."""

    def make(statements: str) -> tuple[DatabaseAddress, DatabaseAddress]:
        for address in (source_database, target_database):
            run(address, statements)
        return source_database, target_database

    return make


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """A migration's record in a table of DynamoDB."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    with mock_aws():
        client: Any = boto3.client("dynamodb")
        client.create_table(
            TableName="record",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield owned(DynamoTable(client, "record"), MIGRATION)
        client.close()
