"""A listener between two homes, as moto's load balancer has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from redash_migration.adapters.elbv2 import LoadBalancing
from redash_migration.settings import Settings, read
from redash_migration.traffic.health import Target
from tests.function_environment import ENVIRONMENT


@dataclass(frozen=True)
class Front:
    """A listener that forwards to the old group, and the new group beside it."""

    balancing: LoadBalancing
    settings: Settings
    old: str
    new: str

    def actions(self) -> list[dict[str, Any]]:
        return self.balancing.actions(self.settings.listener_arn, "")


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
    settings = read(
        Settings, {**ENVIRONMENT, "LISTENER_ARN": listener, "TARGET_GROUP_ARN": groups[1]}
    )
    return Front(LoadBalancing(client), settings, groups[0], groups[1])


def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("10.0.0.9", 5000, "healthy", "")
    monkeypatch.setattr(LoadBalancing, "targets", lambda *_: [target])
