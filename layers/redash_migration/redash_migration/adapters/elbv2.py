"""Elastic Load Balancing: listener actions, rules, target health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.traffic.health import Target

if TYPE_CHECKING:
    from types_boto3_elbv2.client import ElasticLoadBalancingv2Client

PROBE_HEADER = "X-Redash-Migration"
"""Requests with this header and the migration's own value reach the new home before the switch.

A target group that no rule uses gets no health checks; the rule makes it used, for nobody else.
"""


class LoadBalancing:
    """The listener in front of both homes."""

    def __init__(self, client: ElasticLoadBalancingv2Client) -> None:
        self._client = client

    def actions(self, listener: str, rule: str) -> list[dict[str, Any]]:
        """The actions of a rule, or the listener's default ones where ``rule`` is empty."""
        if rule:
            rules = self._client.describe_rules(RuleArns=[rule])["Rules"]
            return [dict(action) for action in rules[0]["Actions"]]
        listeners = self._client.describe_listeners(ListenerArns=[listener])["Listeners"]
        return [dict(action) for action in listeners[0]["DefaultActions"]]

    def set_actions(self, listener: str, rule: str, actions: list[dict[str, Any]]) -> None:
        """Put actions in the place of the present ones."""
        wanted: Any = actions
        if rule:
            self._client.modify_rule(RuleArn=rule, Actions=wanted)
        else:
            self._client.modify_listener(ListenerArn=listener, DefaultActions=wanted)

    def targets(self, target_group: str) -> list[Target]:
        """The targets of a group with their health."""
        answer = self._client.describe_target_health(TargetGroupArn=target_group)
        return [
            Target(
                host=found["Target"]["Id"],
                port=int(found["Target"].get("Port", 0)),
                state=found["TargetHealth"].get("State", ""),
                reason=found["TargetHealth"].get("Reason", ""),
            )
            for found in answer["TargetHealthDescriptions"]
        ]

    def target_group(self, arn: str) -> dict[str, Any] | None:
        """A target group's description, or None."""
        try:
            answer = self._client.describe_target_groups(TargetGroupArns=[arn])
        except ClientError as error:
            if error.response["Error"]["Code"] == "TargetGroupNotFound":
                return None
            raise
        return dict(answer["TargetGroups"][0])

    def target_group_sticky(self, arn: str) -> bool:
        """Whether the group keeps a user on one target."""
        found = self._client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        values = {item["Key"]: item["Value"] for item in found}
        return values.get("stickiness.enabled") == "true"

    def open_probe(self, listener: str, target_group: str, value: str) -> str:
        """Make (or find) the rule that only requests with the probe header meet; its ARN."""
        rules = self._client.describe_rules(ListenerArn=listener)["Rules"]
        for rule in rules:
            if _probe_values(rule) == [value]:
                return rule["RuleArn"]
        used = {rule["Priority"] for rule in rules}
        priority = next(number for number in range(1, 50_001) if str(number) not in used)
        made = self._client.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[
                {
                    "Field": "http-header",
                    "HttpHeaderConfig": {"HttpHeaderName": PROBE_HEADER, "Values": [value]},
                }
            ],
            Actions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )
        return made["Rules"][0]["RuleArn"]

    def close_probe(self, listener: str, value: str) -> None:
        """Remove the probe's rule; nothing when there is none."""
        for rule in self._client.describe_rules(ListenerArn=listener)["Rules"]:
            if _probe_values(rule) == [value]:
                self._client.delete_rule(RuleArn=rule["RuleArn"])


def _probe_values(rule: Any) -> list[str]:
    for condition in rule.get("Conditions", []):
        header = condition.get("HttpHeaderConfig", {})
        if header.get("HttpHeaderName", "").lower() == PROBE_HEADER.lower():
            return list(header.get("Values", []))
    return []
