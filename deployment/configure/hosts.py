"""The old home: instances whose agent is up, and how users reach them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployment.configure.account import Account

LOOK = (
    "docker ps --format '{{.Label \"com.docker.compose.project.working_dir\"}}' | sort -u;"
    ' for one in /opt/redash; do [ -d "$one" ] && echo "$one"; done; true'
)
"""What is run on a host if that is allowed: it reads, and changes nothing."""

_TRIES = 30


@dataclass(frozen=True, slots=True)
class Host:
    """A running instance that Systems Manager manages."""

    id: str
    name: str
    address: str
    vpc: str
    groups: tuple[str, ...]
    addresses: frozenset[str] = frozenset()
    """All of its network interfaces', IPv6 too: a target group may name any."""


@dataclass(frozen=True, slots=True)
class Way:
    """A listener, or one rule of it (else empty), that leads users to a host."""

    listener: str
    rule: str
    shown: str
    balancer_groups: tuple[str, ...]
    user_pool: str


def hosts(account: Account) -> list[Host]:
    """Running instances whose agent answers."""
    online = {
        one["InstanceId"]
        for one in account.each("ssm", "describe_instance_information", "InstanceInformationList")
        if one.get("PingStatus") == "Online"
    }
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    return [
        Host(
            id=one["InstanceId"],
            name=account.tagged(one.get("Tags", [])),
            address=one.get("PrivateIpAddress", ""),
            vpc=one.get("VpcId", ""),
            groups=tuple(group["GroupId"] for group in one.get("SecurityGroups", [])),
            addresses=frozenset(_addresses(one)),
        )
        for reservation in account.each(
            "ec2", "describe_instances", "Reservations", Filters=running
        )
        for one in reservation["Instances"]
        if one["InstanceId"] in online
    ]


def ways(account: Account, host: Host) -> list[Way]:
    """Every listener and rule of an Application Load Balancer that forwards to the host."""
    groups = {
        group["TargetGroupArn"]: group
        for group in account.each("elbv2", "describe_target_groups", "TargetGroups")
        if _holds(account, group["TargetGroupArn"], host)
    }
    balancers = {arn for group in groups.values() for arn in group["LoadBalancerArns"]}
    return [way for arn in sorted(balancers) for way in _of(account, arn, set(groups))]


def compose_directories(
    account: Account, host: Host, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Directories of Compose projects on the host, asked by one command that only reads."""
    ssm = account.client("ssm")
    sent = ssm.send_command(
        InstanceIds=[host.id],
        DocumentName="AWS-RunShellScript",
        Comment="make configure: which directory holds Redash? Reads only",
        Parameters={"commands": [LOOK]},
        TimeoutSeconds=60,
    )["Command"]["CommandId"]
    for _ in range(_TRIES):
        sleep(1)
        try:
            done = ssm.get_command_invocation(CommandId=sent, InstanceId=host.id)
        except ssm.exceptions.InvocationDoesNotExist:
            continue
        if done["Status"] not in {"Pending", "InProgress", "Delayed"}:
            lines = str(done.get("StandardOutputContent", "")).splitlines()
            return sorted({line.strip() for line in lines if line.strip().startswith("/")})
    return []


def _holds(account: Account, group: str, host: Host) -> bool:
    targets = account.each(
        "elbv2", "describe_target_health", "TargetHealthDescriptions", TargetGroupArn=group
    )
    return any(one["Target"]["Id"] in {host.id, host.address, *host.addresses} for one in targets)


def _addresses(instance: Mapping[str, Any]) -> Iterator[str]:
    for interface in instance.get("NetworkInterfaces", []):
        yield from (one["PrivateIpAddress"] for one in interface.get("PrivateIpAddresses", []))
        yield from (one["Ipv6Address"] for one in interface.get("Ipv6Addresses", []))


def _of(account: Account, balancer: str, groups: set[str]) -> list[Way]:
    described = account.one(
        "elbv2", "describe_load_balancers", "LoadBalancers", LoadBalancerArns=[balancer]
    )
    if described.get("Type", "application") != "application":
        return []
    shown = described.get("LoadBalancerName", balancer.rpartition(":")[2])
    found = []
    for listener in account.each(
        "elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer
    ):
        arn = listener["ListenerArn"]
        for rule in account.each("elbv2", "describe_rules", "Rules", ListenerArn=arn):
            if not _forwards(rule["Actions"]) & groups:
                continue
            said = f"{shown}, port {listener['Port']}, "
            said += "otherwise" if rule["IsDefault"] else _conditions(rule)
            found.append(
                Way(
                    listener=arn,
                    rule="" if rule["IsDefault"] else rule["RuleArn"],
                    shown=said,
                    balancer_groups=tuple(described.get("SecurityGroups", ())),
                    user_pool=_user_pool(rule["Actions"]),
                )
            )
    return found


def _forwards(actions: Sequence[dict[str, Any]]) -> set[str]:
    found = {action["TargetGroupArn"] for action in actions if action.get("TargetGroupArn")}
    for action in actions:
        for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
            found.add(group["TargetGroupArn"])
    return found


def _conditions(rule: dict[str, Any]) -> str:
    """A rule's conditions as the console shows them: host-header redash.example.com."""
    said = []
    for one in rule.get("Conditions", []):
        values: list[str] = one.get("Values") or next(
            (
                inner["Values"]
                for key, inner in one.items()
                if key.endswith("Config") and "Values" in inner
            ),
            [],
        )
        said.append(f"{one['Field']} {' or '.join(values)}".strip())
    return " and ".join(said) or f"priority {rule['Priority']}"


def _user_pool(actions: Sequence[dict[str, Any]]) -> str:
    pools = (one.get("AuthenticateCognitoConfig", {}).get("UserPoolArn", "") for one in actions)
    return next((pool for pool in pools if pool), "")
