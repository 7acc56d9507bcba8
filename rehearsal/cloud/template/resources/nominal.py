"""Types that mean nothing on one machine: they get plausible values and are not rehearsed."""

from __future__ import annotations

import uuid
from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource

Properties = dict[str, Any]

UNSEEN = {
    "AWS::Lambda::Permission",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::S3::BucketPolicy",
}
"""Permissions between services, which nothing checks here."""


def nominal(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """A resource in name only."""
    if kind not in UNSEEN:
        deployer.deployment.not_rehearsed.append(f"{logical_id} ({kind})")
    found, attributes = str(uuid.uuid4()), {}
    if kind == "AWS::KMS::Key":
        attributes = {"Arn": deployer.arn("kms", f"key/{found}"), "KeyId": found}
    elif kind == "AWS::EC2::SecurityGroup":
        found = f"sg-{found.replace('-', '')[:17]}"
        attributes = {"GroupId": found, "VpcId": properties.get("VpcId", "")}
    elif kind.startswith("AWS::EC2::"):
        found = f"{NAMES[kind]}-{found.replace('-', '')[:17]}"
        attributes = {"Id": found}
    elif kind in {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"}:
        found = properties.get("AlarmName") or deployer.name(logical_id, 255)
        attributes = {"Arn": deployer.arn("cloudwatch", f"alarm:{found}")}
    elif kind == "AWS::CloudWatch::Dashboard":
        found = properties.get("DashboardName") or deployer.name(logical_id)
    return Resource(kind, found, attributes)


NAMES = {
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::SecurityGroupIngress": "sgr",
    "AWS::EC2::SecurityGroupEgress": "sgr",
}

TYPES = (
    *UNSEEN,
    *NAMES,
    "AWS::EC2::SecurityGroup",
    "AWS::KMS::Key",
    "AWS::KMS::Alias",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::DMS::EventSubscription",
)

CREATORS: dict[str, Creator] = dict.fromkeys(TYPES, nominal)
