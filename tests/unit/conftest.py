"""A record, in memory or in a DynamoDB table (moto), and a Step Functions that can fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.record import Outcome, Record
from redash_migration.record.table import RecordTable
from redash_migration.record.wait import TokenUnknown
from tests.memory import Memory
from tests.owning import owned
from tests.record_table import make_table, pretend_to_be_on_aws


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
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        yield


@pytest.fixture
def in_dynamodb(aws: None) -> DynamoTable:
    return DynamoTable(make_table(), "record")


@pytest.fixture
def table(aws: None) -> RecordTable:
    """In memory, which answers as DynamoDB does: unit/record/test_record_table.py."""
    return Memory()


@pytest.fixture
def record(table: RecordTable) -> Record:
    return owned(table, "redash-20260131-020000", StandingClock())


@pytest.fixture
def resumed() -> Resumed:
    return Resumed()
