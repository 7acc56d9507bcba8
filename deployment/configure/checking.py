"""What can be checked of the answers before anything is deployed; the preflight checks the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deployment.configure.account import Account
from deployment.configure.homes import running_services
from deployment.configure.hosts import Host, Way
from deployment.configure.network import Subnet, lets_in

POSTGRES = 5432


def problems(
    account: Account,
    answers: Mapping[str, str],
    *,
    host: Host | None,
    way: Way | None,
    subnets: Sequence[Subnet],
    missing_roles: Sequence[str],
) -> Iterator[str]:
    """One sentence for each, with what to do."""
    if host is None:
        yield (
            f"SourceInstanceId {answers.get('SourceInstanceId', '')} doesn't run, or Systems"
            " Manager doesn't reach its agent. Attach AmazonSSMManagedInstanceCore to its role, and"
            " see that it is in Fleet Manager's list."
        )
    elif way is None:
        yield (
            "No Application Load Balancer of this region forwards to the host. Without one the"
            " migration has nothing to switch: put the host behind one first."
        )
    if len({one.zone for one in subnets}) < 2:
        yield "SubnetIds are in fewer than two availability zones, which DMS refuses."
    if missing_roles:
        yield (
            f"Of the two roles that DMS needs, {', '.join(missing_roles)} is missing: make it by"
            " hand (docs/deploy.md)."
        )
    yield from _doors(account, answers, host)
    yield from _target_group(account, answers)
    running = running_services(account, answers)
    if running:
        yield (
            f"{', '.join(running)} runs tasks already. The new Redash must rest until the migration"
            " starts it: set its desired count to 0."
        )
    for said in account.absent:
        yield f"What was answered or found before isn't there: {said}"


def _doors(account: Account, answers: Mapping[str, str], host: Host | None) -> Iterator[str]:
    """The old database lets the migration's two security groups in."""
    wanted = [
        group
        for name in ("FunctionSecurityGroupIds", "ReplicationSecurityGroupIds")
        for group in answers.get(name, "").split(",")
        if group
    ]
    if host is None or not host.groups or not wanted:
        return
    if not lets_in(account, host.groups, wanted, POSTGRES):
        yield (
            f"The host's security group {', '.join(host.groups)} doesn't let {', '.join(wanted)} in"
            f" on {POSTGRES}. Give it to the new home as SourceSecurityGroupId, or add the rule."
        )


def _target_group(account: Account, answers: Mapping[str, str]) -> Iterator[str]:
    """The new target group is of the kind that Fargate's tasks need, and tied to a balancer."""
    arn = answers.get("TargetGroupArn", "")
    if not arn:
        return
    for group in account.each(
        "elbv2", "describe_target_groups", "TargetGroups", TargetGroupArns=[arn]
    ):
        kind, path = group.get("TargetType"), group.get("HealthCheckPath")
        if kind != "ip":
            yield f"TargetGroupArn: its type is {kind}; tasks on Fargate need ip."
        if path != "/ping":
            yield f"TargetGroupArn: its health check asks {path}, not /ping."
        if not group.get("LoadBalancerArns"):
            yield (
                "TargetGroupArn: no rule ties it to the load balancer, so ECS refuses it and"
                " nothing looks after its health. Add one that no client meets (docs/deploy.md)."
            )
