"""What stays behind when a first create fails, and is in the way of the second.

"Retain" keeps a resource also when the very create that made it is rolled back; the next try then
ends at "already exists" if its name is fixed. RetainExceptOnCreate does not (CloudFormation
Template Reference, "DeletionPolicy attribute"). A thing that protects itself can't be taken back
either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::ECR::Repository": "RepositoryName",
}
"""Type -> the property that fixes its name."""

PROTECTED = ("DeletionProtection", "DeletionProtectionEnabled")


def retained_refusals(document: Mapping[str, Any]) -> list[str]:
    """Resources that a failed create leaves behind, so that the next one can't succeed."""
    return [line for name, one in document["Resources"].items() for line in _left(name, one)]


def _left(name: str, resource: Mapping[str, Any]) -> Iterator[str]:
    policy = str(resource.get("DeletionPolicy", "Delete"))
    if policy not in {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}:
        yield f"Resources.{name}.DeletionPolicy: {policy} is none"
    if str(resource.get("UpdateReplacePolicy", "Delete")) not in {"Delete", "Retain", "Snapshot"}:
        yield f"Resources.{name}.UpdateReplacePolicy: takes Delete, Retain or Snapshot"
    properties = resource.get("Properties", {})
    fixed = properties.get(NAMES.get(str(resource["Type"]), ""))
    if policy == "Retain" and fixed:
        yield (
            f"Resources.{name}: a failed first create leaves it behind under its fixed name "
            f"{fixed}; RetainExceptOnCreate does not"
        )
    if any(properties.get(one) in (True, "true") for one in PROTECTED):
        yield f"Resources.{name}: protects itself from the first create on, which can't roll back"
