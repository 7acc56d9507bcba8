"""How users reach the old host: load balancer, listener, rule and target group, in moto."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Clients(Protocol):
    """What gives a boto3 client for a service."""

    def client(self, service: str) -> Any:
        """A client."""


@dataclass(frozen=True, slots=True)
class OldHome:
    """ARNs of what stands in front of the old host; ``rule_arn`` "" means the default action."""

    listener_arn: str
    rule_arn: str
    target_group_arn: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    instance_id: str


def create_old_home(
    cloud: Clients,
    *,
    with_rule: bool = False,
    instance_id: str = "i-0a1b2c3d4e5f67890",
    port: int = 80,
) -> OldHome:
    """An instance's port behind a load balancer; with a rule of its own if asked, else by default.

    In the rule's case the default action is another site's: a 404.
    """
    ec2, elbv2 = cloud.client("ec2"), cloud.client("elbv2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])
    subnets = tuple(subnet["SubnetId"] for subnet in found["Subnets"][:2])
    made = elbv2.create_load_balancer(Name="redash-old", Subnets=list(subnets))
    group = elbv2.create_target_group(
        Name="redash-old",
        Protocol="HTTP",
        Port=80,
        VpcId=vpc["VpcId"],
        TargetType="instance",
        HealthCheckPath="/ping",
    )["TargetGroups"][0]["TargetGroupArn"]
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": instance_id, "Port": port}])
    forward = {"Type": "forward", "TargetGroupArn": group}
    missing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    listener = elbv2.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[missing if with_rule else forward],
    )["Listeners"][0]["ListenerArn"]
    rule = ""
    if with_rule:
        rule = elbv2.create_rule(
            ListenerArn=listener,
            Priority=100,
            Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
            Actions=[forward],
        )["Rules"][0]["RuleArn"]
    return OldHome(listener, rule, group, vpc["VpcId"], subnets, instance_id)
