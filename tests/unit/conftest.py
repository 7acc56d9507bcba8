"""A record in a DynamoDB table (moto), and a Step Functions that can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from redash_migration.adapters.dynamodb import DynamoTable
from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.record import Outcome, Record
from redash_migration.record.waits import TokenUnknown
from redash_migration.settings import Settings
from redash_migration.traffic.health import Target
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
def table(aws: None) -> DynamoTable:
    return DynamoTable(make_table(), "record")


@pytest.fixture
def record(table: DynamoTable) -> Record:
    return owned(table, "redash-20260131-020000", StandingClock())


@pytest.fixture
def resumed() -> Resumed:
    return Resumed()


@dataclass(frozen=True)
class Front:
    """A listener that forwards to the old group, and the new group beside it."""

    balancing: LoadBalancing
    settings: Settings
    old: str
    new: str

    def actions(self) -> list[dict[str, Any]]:
        return self.balancing.actions(self.settings["LISTENER_ARN"], "")


@pytest.fixture
def front(aws: None) -> Front:
    ec2: Any = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"ap-northeast-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ac")
    ]
    client: Any = boto3.client("elbv2")
    balancer = client.create_load_balancer(Name="redash", Subnets=subnets)["LoadBalancers"][0]
    groups = [
        client.create_target_group(
            Name=name, Protocol="HTTP", Port=5000, VpcId=vpc, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        for name in ("old", "new")
    ]
    listener = client.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[0]}],
    )["Listeners"][0]["ListenerArn"]
    settings = Settings({"LISTENER_ARN": listener, "TARGET_GROUP_ARN": groups[1]})
    return Front(LoadBalancing(client), settings, groups[0], groups[1])


def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("10.0.0.9", 5000, "healthy", "")
    monkeypatch.setattr(LoadBalancing, "targets", lambda *_: [target])
