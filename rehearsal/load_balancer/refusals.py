"""What Elastic Load Balancing refuses, and moto takes.

The secret of an authenticate-oidc action is shown by no description, and a change that brings none
must ask for the one that is there (API Reference, AuthenticateOidcActionConfig). Log-in belongs to
HTTPS listeners; of several actions each has its Order, and the last one answers or forwards
(API Reference, Action; User Guide, "Authenticate users").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import signature
from typing import Any

from moto.elbv2.exceptions import ELBClientError

_LOG_IN = {"authenticate-oidc", "authenticate-cognito"}
Actions = Sequence[dict[str, Any]]


class Refusals:
    """The calls that bring actions, in the place of moto's."""

    def __init__(self, elbv2: Any) -> None:
        self._elbv2 = elbv2

    def install(self) -> None:
        """Take the calls over; actions that moto has by now lose their secrets."""
        for balancer in self._elbv2.load_balancers.values():
            for listener in balancer.listeners.values():
                for rule in listener.rules.values():
                    for action in rule.actions:
                        _without_secret(action.data)
        for call, listener_of, before in (
            ("create_listener", lambda _: None, lambda _: []),
            ("modify_listener", lambda found: found["arn"], self._of_listener),
            ("create_rule", lambda found: found["listener_arn"], lambda _: []),
            ("modify_rule", self._listener_of_rule, self._of_rule),
        ):
            setattr(self._elbv2, call, self._judged(call, listener_of, before))

    def _judged(
        self,
        call: str,
        listener_of: Callable[[Mapping[str, Any]], str | None],
        before: Callable[[Mapping[str, Any]], Iterable[Any]],
    ) -> Callable[..., Any]:
        original = getattr(self._elbv2, call)

        def judged(*arguments: Any, **named: Any) -> Any:
            given = signature(original).bind(*arguments, **named).arguments
            actions: Actions = given.get("actions") or []
            listener = listener_of(given)
            protocol = given.get("protocol") or (
                self._elbv2.describe_listeners(None, [listener])[0].protocol if listener else ""
            )
            kept = {
                action.data["AuthenticateOidcConfig"]["ClientId"]
                for action in before(given)
                if action.type == "authenticate-oidc"
            }
            refuse(actions, str(protocol), kept)
            for action in actions:
                _without_secret(action)
            return original(**given)

        return judged

    def _of_listener(self, given: Mapping[str, Any]) -> Iterable[Any]:
        found = self._elbv2.describe_listeners(None, [given["arn"]])[0].default_actions
        return list(found)

    def _of_rule(self, given: Mapping[str, Any]) -> Iterable[Any]:
        found = self._elbv2.describe_rules(None, [given["rule_arn"]])
        return [action for rule in found for action in rule.actions]

    @staticmethod
    def _listener_of_rule(given: Mapping[str, Any]) -> str:
        head, _, _ = str(given["rule_arn"]).rpartition("/")
        return head.replace(":listener-rule/", ":listener/")


def refuse(actions: Actions, protocol: str, kept: Iterable[str]) -> None:
    """Raise what the service answers; ``kept``: client ids whose secrets it has already."""
    orders = [str(action.get("Order", "")) for action in actions]
    if len(actions) > 1 and ("" in orders or len(set(orders)) < len(orders)):
        raise ELBClientError("ValidationError", "each of several actions needs its own Order")
    ordered = sorted(actions, key=lambda action: int(action.get("Order") or 0))
    if ordered and ordered[-1]["Type"] in _LOG_IN:
        raise ELBClientError(
            "InvalidLoadBalancerAction", "the last action must forward, redirect or answer"
        )
    for action in actions:
        if action["Type"] in _LOG_IN and protocol != "HTTPS":
            raise ELBClientError(
                "InvalidLoadBalancerAction",
                f"Actions of type '{action['Type']}' are supported only on HTTPS listeners",
            )
        config = action.get("AuthenticateOidcConfig")
        if action["Type"] != "authenticate-oidc" or config is None or config.get("ClientSecret"):
            continue
        existing = str(config.get("UseExistingClientSecret", "")).lower() == "true"
        if not (existing and config.get("ClientId") in kept):
            raise ELBClientError(
                "ValidationError", "A client secret is required for an authenticate-oidc action"
            )


def _without_secret(action: dict[str, Any]) -> None:
    for name in ("ClientSecret", "UseExistingClientSecret"):
        (action.get("AuthenticateOidcConfig") or {}).pop(name, None)
