"""Elastic Load Balancing: listener actions, rules, target health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.traffic.actions import target_groups
from redash_migration.traffic.entrance import HEALTH_RULE_SOURCE
from redash_migration.traffic.health import Target

if TYPE_CHECKING:
    from types_boto3_elbv2.client import ElasticLoadBalancingv2Client


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
        """Put actions in the place of the present ones, log-in first where there is one."""
        wanted: Any = [_with_its_secret(action) for action in actions]
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

    def target_groups(self) -> list[str]:
        """The ARNs of all target groups of the account and region."""
        answer = self._client.describe_target_groups()
        found = [group["TargetGroupArn"] for group in answer["TargetGroups"]]
        while marker := answer.get("NextMarker"):
            answer = self._client.describe_target_groups(Marker=marker)
            found += [group["TargetGroupArn"] for group in answer["TargetGroups"]]
        return found

    def target_group_attributes(self, arn: str) -> dict[str, str]:
        """A group's attributes, by the service's names."""
        found = self._client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        return {item["Key"]: item["Value"] for item in found}

    def target_group_sticky(self, arn: str) -> bool:
        """Whether the group keeps a user on one target."""
        return self.target_group_attributes(arn).get("stickiness.enabled") == "true"

    def rules(self, listener: str) -> list[dict[str, Any]]:
        """All rules of a listener, the default one among them."""
        answer = self._client.describe_rules(ListenerArn=listener)
        found = [dict(rule) for rule in answer["Rules"]]
        while marker := answer.get("NextMarker"):
            answer = self._client.describe_rules(ListenerArn=listener, Marker=marker)
            found += [dict(rule) for rule in answer["Rules"]]
        return found

    def beside(self, listener: str) -> list[tuple[str, dict[str, Any]]]:
        """(protocol and port, rule) of the other listeners of the same load balancer."""
        described = self._client.describe_listeners
        balancer = described(ListenerArns=[listener])["Listeners"][0]["LoadBalancerArn"]
        answer = described(LoadBalancerArn=balancer)
        listeners = list(answer["Listeners"])
        while marker := answer.get("NextMarker"):
            answer = described(LoadBalancerArn=balancer, Marker=marker)
            listeners += answer["Listeners"]
        return [
            (f"{other.get('Protocol')}:{other.get('Port')}", rule)
            for other in listeners
            if other["ListenerArn"] != listener
            for rule in self.rules(other["ListenerArn"])
        ]

    def open_health_rule(self, listener: str, target_group: str) -> str:
        """Make (or find) the rule that makes the group used, and that nobody meets; its ARN."""
        rules = self.rules(listener)
        for rule in rules:
            if _is_health_rule(rule, target_group):
                return str(rule["RuleArn"])
        used = {rule["Priority"] for rule in rules}
        priority = next(number for number in range(1, 50_001) if str(number) not in used)
        made = self._client.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "source-ip", "SourceIpConfig": {"Values": [HEALTH_RULE_SOURCE]}}],
            Actions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )
        return made["Rules"][0]["RuleArn"]

    def close_health_rule(self, listener: str, target_group: str) -> None:
        """Remove that rule; nothing when there is none."""
        for rule in self.rules(listener):
            if _is_health_rule(rule, target_group):
                self._client.delete_rule(RuleArn=rule["RuleArn"])


def _is_health_rule(rule: Mapping[str, Any], target_group: str) -> bool:
    sources = [
        condition.get("SourceIpConfig", {}).get("Values")
        for condition in rule.get("Conditions", [])
    ]
    return sources == [[HEALTH_RULE_SOURCE]] and target_groups(rule["Actions"]) == [target_group]


def _with_its_secret(action: Mapping[str, Any]) -> dict[str, Any]:
    """An action as a change takes it: descriptions leave out the secret of authenticate-oidc.

    The load balancer keeps the one it has where UseExistingClientSecret asks for that (Elastic Load
    Balancing API, AuthenticateOidcActionConfig); without it the change is refused.
    """
    config = action.get("AuthenticateOidcConfig")
    if config is None or config.get("ClientSecret"):
        return dict(action)
    return {**action, "AuthenticateOidcConfig": {**config, "UseExistingClientSecret": True}}
