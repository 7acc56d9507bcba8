"""ELBv2's target calls, answered from what the health checks found out."""

from __future__ import annotations

from typing import Any

from moto.elbv2.exceptions import InvalidTargetError, TargetGroupNotFoundError

from rehearsal.load_balancer.registry import Registered, Registry


class TargetApi:
    """RegisterTargets, DeregisterTargets and DescribeTargetHealth in the place of moto's."""

    def __init__(self, elbv2: Any, registry: Registry) -> None:
        self._elbv2 = elbv2
        self._registry = registry

    def install(self) -> None:
        """Take the calls over, and the targets that moto has by now."""
        self._registry.adopt(self._elbv2)
        self._elbv2.register_targets = self.register
        self._elbv2.deregister_targets = self.deregister
        self._elbv2.describe_target_health = self.health

    def register(self, target_group_arn: str, instances: list[dict[str, Any]]) -> None:
        """RegisterTargets: the group's port counts where a target has none."""
        group = self._group(target_group_arn)
        for target in instances:
            port = int(target.get("Port") or group.port)
            self._registry.register(target_group_arn, target["Id"], port)

    def deregister(self, target_group_arn: str, instances: list[dict[str, Any]]) -> None:
        """DeregisterTargets: without a port all targets of that id."""
        self._group(target_group_arn)
        for target in instances:
            port = int(target["Port"]) if target.get("Port") else None
            if not self._registry.deregister(target_group_arn, target["Id"], port):
                raise InvalidTargetError

    def health(self, target_group_arn: str, targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """DescribeTargetHealth: of all targets, or of those asked for."""
        self._group(target_group_arn)
        known = self._registry.targets(target_group_arn)
        if not targets:
            return [_described(target) for target in known]
        found = []
        for wanted in targets:
            port = int(wanted["Port"]) if wanted.get("Port") else None
            matching = [one for one in known if one.id == wanted["Id"] and port in {None, one.port}]
            found += [_described(target) for target in matching] or [_unknown(wanted)]
        return found

    def _group(self, arn: str) -> Any:
        group = self._elbv2.target_groups.get(arn)
        if group is None:
            raise TargetGroupNotFoundError
        return group


def _described(target: Registered) -> dict[str, Any]:
    health = {"State": target.state}
    if target.reason:
        health |= {"Reason": target.reason, "Description": target.description}
    return {
        "Target": {"Id": target.id, "Port": target.port},
        "HealthCheckPort": str(target.port),
        "TargetHealth": health,
    }


def _unknown(target: dict[str, Any]) -> dict[str, Any]:
    health = {
        "State": "unused",
        "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }
    return {"Target": target, "TargetHealth": health}
