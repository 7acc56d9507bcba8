"""SNS topics and subscriptions, SQS queues."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.resources.fitting import fitting

Properties = dict[str, Any]


def topic(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::SNS::Topic."""
    client = deployer.client("sns")
    name = properties.get("TopicName") or deployer.name(logical_id, 256)
    arn = client.create_topic(Name=name)["TopicArn"]
    for subscription in properties.get("Subscription", []):
        client.subscribe(TopicArn=arn, **fitting(client, "Subscribe", subscription))
    return Resource(kind, arn, {"TopicArn": arn, "TopicName": name})


def subscription(
    deployer: Deployer, logical_id: str, kind: str, properties: Properties
) -> Resource:
    """AWS::SNS::Subscription, confirmed at once, with its filter policy."""
    del logical_id
    client = deployer.client("sns")
    attributes = {}
    for name in ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"):
        if name in properties:
            value = properties[name]
            attributes[name] = value if isinstance(value, str) else json.dumps(value)
    arn = client.subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties.get("Endpoint", ""),
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Resource(kind, arn, {"Arn": arn})


def queue(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::SQS::Queue."""
    client = deployer.client("sqs")
    name = properties.get("QueueName") or deployer.name(logical_id, 80)
    url = client.create_queue(QueueName=name)["QueueUrl"]
    attributes = {"Arn": deployer.arn("sqs", name), "QueueName": name, "QueueUrl": url}
    return Resource(kind, url, attributes)


CREATORS: dict[str, Creator] = {
    "AWS::SNS::Topic": topic,
    "AWS::SNS::Subscription": subscription,
    "AWS::SQS::Queue": queue,
}
