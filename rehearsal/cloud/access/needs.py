"""From an API call to the IAM actions and resources that it needs.

Names differ in a few places: the service's prefix in IAM is its signing name but for some, and
some operations are allowed by the action of another (Service Authorization Reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.cloud.access.policies import Context
from rehearsal.cloud.backends import arn

SERVICES = {
    "dms": "dms",
    "ssm": "ssm",
    "ecs": "ecs",
    "elbv2": "elasticloadbalancing",
    "s3": "s3",
    "dynamodb": "dynamodb",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "stepfunctions": "states",
    "kms": "kms",
    "cloudwatch": "cloudwatch",
    "logs": "logs",
}
"""boto3's name of a service -> its prefix in IAM."""

_SIGNED_OTHERWISE = {"monitoring": "cloudwatch"}
"""Name that signs a request -> prefix in IAM, where the two differ."""

_OTHER_ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    # A transaction needs the action of each of its items; the record's look and change.
    "dynamodb:TransactWriteItems": "dynamodb:ConditionCheckItem",
}

IMPLIED = {
    # The topic is encrypted with a key of the stack.
    "sns:Publish": ("kms:Decrypt", "kms:GenerateDataKey"),
    # Else S3 answers 403, not 404, for an artifact that is not there.
    "s3:GetObject": ("s3:ListBucket",),
    # The task's two roles are handed over with it.
    "ecs:RunTask": ("iam:PassRole",),
}
"""What an operation needs besides."""

LEADING_KEYS = "dynamodb:LeadingKeys"
_IN_TRANSACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Update": "dynamodb:UpdateItem",
    "Put": "dynamodb:PutItem",
    "Delete": "dynamodb:DeleteItem",
}


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One action on one resource, None where a call doesn't tell it; ``told`` are the condition
    keys that it tells, each with its values."""

    action: str
    resource: str | None
    told: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def context(self) -> Context:
        """As policies are held against it."""
        return dict(self.told)


def iam_action(prefix: str, operation: str) -> str:
    """The action that allows an operation."""
    action = f"{prefix}:{operation}"
    return _OTHER_ACTIONS.get(action, action)


def needs(prefix: str, operation: str, params: Mapping[str, Any]) -> list[Need]:
    """What a call needs, by the name that signs it and its parameters as they go over the wire."""
    prefix = _SIGNED_OTHERWISE.get(prefix, prefix)
    if (prefix, operation) == ("dynamodb", "TransactWriteItems"):
        return _in_transaction(params["TransactItems"])
    action = iam_action(prefix, operation)
    resources = list(_resources(prefix, operation, params))
    told = _told(prefix, operation, params)
    return [Need(action, resource, told) for resource in resources] or [Need(action, None, told)]


def _in_transaction(items: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[Need]:
    """Whether IAM looks at each item by itself or at all that one action touches isn't written down
    (Developer Guide, "Using IAM with DynamoDB transactions"): the stricter of the two."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        for kind, change in item.items():
            place = _IN_TRANSACTIONS[kind], arn("dynamodb", f"table/{change['TableName']}")
            found.setdefault(place, []).append(_partition(change) or "")
    return [
        Need(action, table, ((LEADING_KEYS, tuple(dict.fromkeys(keys))),))
        for (action, table), keys in found.items()
    ]


def _told(
    prefix: str, operation: str, params: Mapping[str, Any]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Condition keys that a call tells (Service Authorization Reference)."""
    if prefix == "dynamodb" and (partition := _partition(params)) is not None:
        return ((LEADING_KEYS, (partition,)),)
    if (prefix, operation) == ("ecs", "RunTask"):
        cluster = str(params.get("cluster", "default"))
        named = cluster if ":" in cluster else arn("ecs", f"cluster/{cluster}")
        return (("ecs:cluster", (named,)),)
    if (prefix, operation) == ("sns", "Subscribe"):
        return (("sns:Protocol", (str(params.get("Protocol", "")),)),)
    return ()


def _partition(params: Mapping[str, Any]) -> str | None:
    """The partition of an item's key or of the item itself; of a query it is not looked at."""
    key = params.get("Key") or params.get("Item")
    found = key.get("pk") if isinstance(key, Mapping) else None
    return str(found["S"]) if isinstance(found, Mapping) else None


def _resources(prefix: str, operation: str, params: Mapping[str, Any]) -> Iterable[str]:
    def present(*names: str) -> list[str]:
        return [str(params[name]) for name in names if params.get(name)]

    match prefix:
        case "dynamodb":
            yield from (arn("dynamodb", f"table/{name}") for name in present("TableName"))
        case "s3":
            bucket, key = params.get("Bucket"), params.get("Key")
            if bucket:
                yield f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
        case "secretsmanager":
            yield from present("SecretId")
        case "ssm":
            yield from _ssm(operation, params)
        case "dms":
            yield from present(
                "ReplicationTaskArn",
                "ReplicationInstanceArn",
                "EndpointArn",
                "SourceEndpointArn",
                "TargetEndpointArn",
            )
        case "elasticloadbalancing" if not operation.startswith("Describe"):
            yield from present("ListenerArn", "RuleArn")
        case "ecs":
            yield from _ecs(operation, params)
        case "states":
            yield from present("executionArn", "stateMachineArn")
        case "sns":
            yield from present("TopicArn")


def _ssm(operation: str, params: Mapping[str, Any]) -> Iterable[str]:
    if operation == "SendCommand":
        yield arn("ssm", f"document/{params['DocumentName']}")
        for instance in params.get("InstanceIds", []):
            yield arn("ec2", f"instance/{instance}")
    elif operation == "GetParameter":
        name = str(params.get("Name", ""))
        yield name if name.startswith("arn:") else arn("ssm", f"parameter/{name.lstrip('/')}")


def _ecs(operation: str, params: Mapping[str, Any]) -> Iterable[str]:
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    named = {"DescribeServices": params.get("services", [])}
    for service in named.get(operation, [params["service"]] if params.get("service") else []):
        yield service if service.startswith("arn:") else arn("ecs", f"service/{cluster}/{service}")
