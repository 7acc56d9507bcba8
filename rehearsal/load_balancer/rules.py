"""The listener's rules as ELBv2 holds them at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.load_balancer.conditions import Asked, all_met


@dataclass(frozen=True, slots=True)
class Share:
    """A target group and its weight in a forward action."""

    target_group: str
    weight: int


class Listener:
    """One listener of moto's ELBv2; each question is answered from its present state."""

    def __init__(self, elbv2: Any, arn: str) -> None:
        self._elbv2 = elbv2
        self._arn = arn

    def action(self, asked: Asked) -> Mapping[str, Any]:
        """The routing action of the first rule that the request meets."""
        for rule in self._rules():
            if all_met(rule.conditions, asked):
                actions = [action.data for action in rule.actions]
                return max(actions, key=lambda action: int(action.get("Order") or 0))
        raise LookupError(f"{self._arn}: no default action")  # pragma: no cover - AWS has one

    def target_groups(self) -> set[str]:
        """The groups that some rule names, with whatever weight."""
        return {
            share.target_group
            for rule in self._rules()
            for action in rule.actions
            for share in shares(action.data)
        }

    def _rules(self) -> list[Any]:
        for balancer in list(self._elbv2.load_balancers.values()):
            if self._arn in balancer.listeners:
                found = list(balancer.listeners[self._arn].rules.values())
                return sorted(found, key=_place)
        raise LookupError(f"{self._arn}: no such listener")


def _place(rule: Any) -> tuple[bool, int]:
    return (rule.is_default, 0 if rule.is_default else int(rule.priority))


def shares(action: Mapping[str, Any]) -> list[Share]:
    """The target groups of a forward action; none for other actions."""
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    if groups:
        return [Share(group["TargetGroupArn"], int(group.get("Weight", 1))) for group in groups]
    arn = action.get("TargetGroupArn")
    return [Share(arn, 1)] if action.get("Type") == "forward" and arn else []
