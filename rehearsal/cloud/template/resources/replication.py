"""AWS DMS: subnet group, instance, endpoints, tasks; any property that the API takes."""

from __future__ import annotations

from typing import Any

from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource
from rehearsal.cloud.template.resources.fitting import fitting

Properties = dict[str, Any]

DEFAULT_ENGINE = "3.5.4"
"""What DMS takes where no version is asked for (DMS User Guide, "AWS DMS release notes")."""


def subnet_group(
    deployer: Deployer, logical_id: str, kind: str, properties: Properties
) -> Resource:
    """AWS::DMS::ReplicationSubnetGroup. Its subnets exist by name only."""
    name = properties.get("ReplicationSubnetGroupIdentifier") or deployer.name(logical_id).lower()
    deployer.deployment.not_rehearsed.append(f"{logical_id} ({kind})")
    return Resource(kind, name)


def instance(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::DMS::ReplicationInstance; Ref gives the ARN."""
    client = deployer.client("dms")
    properties.setdefault("ReplicationInstanceIdentifier", deployer.name(logical_id).lower())
    properties.setdefault("EngineVersion", DEFAULT_ENGINE)
    # Network and subnets have no meaning here.
    for name in ("ReplicationSubnetGroupIdentifier", "VpcSecurityGroupIds"):
        properties.pop(name, None)
    made = client.create_replication_instance(
        **fitting(client, "CreateReplicationInstance", properties)
    )["ReplicationInstance"]
    arn = made["ReplicationInstanceArn"]
    return Resource(kind, arn, {"ReplicationInstancePrivateIpAddresses": ["127.0.0.1"]})


def endpoint(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::DMS::Endpoint; Ref gives the ARN."""
    client = deployer.client("dms")
    properties.setdefault("EndpointIdentifier", deployer.name(logical_id).lower())
    wanted = fitting(client, "CreateEndpoint", properties)
    made = client.create_endpoint(**wanted)["Endpoint"]
    # A stack is complete only when its endpoints are; moto leaves them at "creating".
    deployer.cloud.backend("dms").endpoints[made["EndpointIdentifier"]].status = "active"
    return Resource(kind, made["EndpointArn"], {"ExternalId": ""})


def task(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::DMS::ReplicationTask; Ref gives the ARN."""
    client = deployer.client("dms")
    properties.setdefault("ReplicationTaskIdentifier", deployer.name(logical_id).lower())
    wanted = fitting(client, "CreateReplicationTask", properties)
    made = client.create_replication_task(**wanted)["ReplicationTask"]
    return Resource(kind, made["ReplicationTaskArn"])


CREATORS: dict[str, Creator] = {
    "AWS::DMS::ReplicationSubnetGroup": subnet_group,
    "AWS::DMS::ReplicationInstance": instance,
    "AWS::DMS::Endpoint": endpoint,
    "AWS::DMS::ReplicationTask": task,
}
