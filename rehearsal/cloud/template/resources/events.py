"""EventBridge rules, for events and on schedules, with their targets."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.resources.fitting import fitting

Properties = dict[str, Any]


def rule(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::Events::Rule; the bus and the clock read it from moto."""
    client = deployer.client("events")
    name = properties.get("Name") or deployer.name(logical_id)
    if isinstance(properties.get("EventPattern"), dict):
        properties["EventPattern"] = json.dumps(properties["EventPattern"])
    arn = client.put_rule(**fitting(client, "PutRule", {**properties, "Name": name}))["RuleArn"]
    targets = {"Rule": name, "Targets": properties.get("Targets", [])}
    if targets["Targets"]:
        client.put_targets(**fitting(client, "PutTargets", targets))
    return Resource(kind, name, {"Arn": arn})


CREATORS: dict[str, Creator] = {"AWS::Events::Rule": rule}
