"""A record in a DynamoDB table (moto), and a Step Functions that can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from redash_migration.adapters.dynamodb import DynamoTable
from redash_migration.record import Outcome, Record
from redash_migration.record.waits import TokenUnknown
from tests.owning import owned


@dataclass
class StandingClock:
    """A clock that goes on by a second each time it is read."""

    moment: datetime = datetime(2026, 1, 31, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class Resumed:
    """What was sent to Step Functions; a token is taken once, as there."""

    sent: list[tuple[str, Outcome]] = field(default_factory=list)
    failing: bool = False
    closed: set[str] = field(default_factory=set)

    def send(self, token: str, outcome: Outcome) -> None:
        if self.failing:
            raise ConnectionError("no answer")
        if token in self.closed:
            raise TokenUnknown
        self.closed.add(token)
        self.sent.append((token, outcome))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> DynamoTable:
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
    return DynamoTable(client, "record")


@pytest.fixture
def record(table: DynamoTable) -> Record:
    return owned(table, "redash-20260131-020000", StandingClock())


@pytest.fixture
def resumed() -> Resumed:
    return Resumed()
