"""IAM: roles exist in moto by name; what they allow is kept for comparing with the calls made."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud.backends import ACCOUNT
from rehearsal.cloud.template.deployer import Creator, Deployer
from rehearsal.cloud.template.deployment import Resource, Role

Properties = dict[str, Any]


def role(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::IAM::Role with its inline and managed policies."""
    name = properties.get("RoleName") or deployer.name(logical_id)
    trust = json.dumps(properties["AssumeRolePolicyDocument"])
    deployer.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    made = Role(name, managed=list(properties.get("ManagedPolicyArns", [])))
    for policy in properties.get("Policies", []):
        made.statements += statements(policy["PolicyDocument"])
    for arn in made.managed:
        made.statements += deployer.deployment.managed_policies.get(arn, [])
    deployer.deployment.roles[name] = made
    attributes = {"Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleId": f"AROA{name.upper()}"}
    return Resource(kind, name, attributes)


def policy(deployer: Deployer, logical_id: str, kind: str, properties: Properties) -> Resource:
    """AWS::IAM::Policy: added to the roles that it names."""
    for name in properties.get("Roles", []):
        made = deployer.deployment.roles.setdefault(name, Role(name))
        made.statements += statements(properties["PolicyDocument"])
    return Resource(kind, logical_id, {"Id": logical_id})


def managed_policy(
    deployer: Deployer, logical_id: str, kind: str, properties: Properties
) -> Resource:
    """AWS::IAM::ManagedPolicy; Ref gives the ARN, by which roles attach it."""
    name = properties.get("ManagedPolicyName") or deployer.name(logical_id, 128)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    deployer.deployment.managed_policies[arn] = statements(properties["PolicyDocument"])
    return Resource(kind, arn, {"PolicyArn": arn})


def statements(document: Any) -> list[dict[str, Any]]:
    """The statements of a policy document, a single one as a list."""
    found = document["Statement"]
    return [found] if isinstance(found, dict) else list(found)


CREATORS: dict[str, Creator] = {
    "AWS::IAM::Role": role,
    "AWS::IAM::Policy": policy,
    "AWS::IAM::ManagedPolicy": managed_policy,
}
