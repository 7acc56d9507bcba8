"""The new home, the secrets, and what DMS wants of an account."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from deployment.configure.account import Account

OF_A_HOME = {"TargetDatabaseSecretArn", "EcsCluster", "EcsServerService", "TargetGroupArn"}
"""Outputs by which a stack of target/template.yaml is known."""

DMS_ROLES = ("dms-vpc-role", "dms-cloudwatch-logs-role")


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret or parameter by name; ``key``: the KMS key of one's own that it is under."""

    name: str
    arn: str
    key: str


def home_stacks(account: Account) -> dict[str, dict[str, str]]:
    """Name -> outputs of each stack that is a new home."""
    found = {}
    for stack in account.each("cloudformation", "describe_stacks", "Stacks"):
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        if outputs.keys() >= OF_A_HOME and "StateMachineArn" not in outputs:
            found[stack["StackName"]] = outputs
    return found


def kept(account: Account) -> list[Kept]:
    """All secrets, and all parameters, that the caller may list; never a value."""
    secrets = [
        Kept(one["Name"], one["ARN"], _own(one.get("KmsKeyId", "")))
        for one in account.each("secretsmanager", "list_secrets", "SecretList")
        if "DeletedDate" not in one
    ]
    parameters = [
        Kept(one["Name"], one["ARN"], _own(one.get("KeyId", "")))
        for one in account.each("ssm", "describe_parameters", "Parameters")
        if "ARN" in one
    ]
    return secrets + parameters


def like(entries: Collection[Kept], *words: str) -> list[Kept]:
    """Entries in whose name all the words stand, whatever is between them."""
    return [
        one for one in entries if all(word in one.name.lower().replace("_", "-") for word in words)
    ]


def missing_dms_roles(account: Account) -> list[str]:
    """Which of the two roles that DMS looks for by name are not there."""
    iam, missing = account.client("iam"), []
    for name in DMS_ROLES:
        try:
            iam.get_role(RoleName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                account.unseen.append("iam: get_role")
                return []
            missing.append(name)
    return missing


def free_priority(account: Account, listener: str, wanted: int) -> int:
    """The first free priority of a listener's rules, from ``wanted`` on."""
    taken = {
        one["Priority"]
        for one in account.each("elbv2", "describe_rules", "Rules", ListenerArn=listener)
    }
    while str(wanted) in taken:
        wanted += 1
    return wanted


def running_services(account: Account, answers: Mapping[str, str]) -> list[str]:
    """Services of the new home that run tasks already."""
    named = f"{answers.get('EcsServerService', '')},{answers.get('EcsWorkerServices', '')}"
    names = [one.partition(":")[0] for one in named.split(",") if one]
    if not names or not answers.get("EcsCluster"):
        return []
    services = account.each(
        "ecs", "describe_services", "services", cluster=answers["EcsCluster"], services=names[:10]
    )
    return [one["serviceName"] for one in services if one["desiredCount"]]


def _own(key: str) -> str:
    return "" if key in {"", "alias/aws/secretsmanager", "alias/aws/ssm"} else key
