"""The listener's rules as ELBv2 holds them at this moment."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from rehearsal.load_balancer.conditions import Asked, all_met
from rehearsal.timing import clock


@dataclass(frozen=True, slots=True)
class Share:
    """A target group and its weight in a forward action."""

    target_group: str
    weight: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it stood at one moment: moto changes its own in place."""

    conditions: list[Any]
    actions: list[dict[str, Any]]


class Listener:
    """One listener of moto's ELBv2; a change takes effect a moment after it is made."""

    def __init__(self, elbv2: Any, arn: str) -> None:
        self._elbv2 = elbv2
        self._arn = arn
        self._lock = Lock()
        self._in_effect: list[Rule] = []
        self._newest: list[Rule] = []
        self._from = 0.0

    def action(self, asked: Asked) -> Mapping[str, Any]:
        """The routing action of the first rule that the request meets."""
        for rule in self._rules():
            if all_met(rule.conditions, asked):
                return max(rule.actions, key=lambda action: int(action.get("Order") or 0))
        raise LookupError(f"{self._arn}: no default action")  # pragma: no cover - AWS has one

    def target_groups(self) -> set[str]:
        """The groups that some rule names, with whatever weight."""
        return {
            share.target_group
            for rule in self._rules()
            for action in rule.actions
            for share in shares(action)
        }

    def _rules(self) -> list[Rule]:
        """The rules in effect: those of now, or those before while a change is on its way."""
        found = self._as_written()
        with self._lock:
            if found != self._newest:
                self._newest = found
                self._from = time.monotonic() + clock().seconds("load_balancer.change")
            if not self._in_effect or time.monotonic() >= self._from:
                self._in_effect = self._newest
            return self._in_effect

    def _as_written(self) -> list[Rule]:
        for balancer in list(self._elbv2.load_balancers.values()):
            if self._arn in balancer.listeners:
                found = sorted(balancer.listeners[self._arn].rules.values(), key=_place)
                return [
                    Rule(
                        copy.deepcopy(rule.conditions),
                        [copy.deepcopy(action.data) for action in rule.actions],
                    )
                    for rule in found
                ]
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
