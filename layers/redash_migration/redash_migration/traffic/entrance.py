"""Who can come in: rules that lead to the new home, and the log-in at the load balancer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from redash_migration.record import Check
from redash_migration.traffic.actions import target_groups

NOBODY_S = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
"""Addresses for documentation (RFC 5737, RFC 3849): no client has one, so nobody meets a rule."""

HEALTH_RULE_SOURCE = "203.0.113.255/32"
"""The client that the health rule is for.

A target group that no rule uses gets no health checks; the rule makes it used. It asks for the
address of the connection itself, which no header changes, and nobody has this one: not a secret
that could be guessed or passed on, but a door without a handle. The migration's own smoke test
does not come this way; it asks each server at its private address.
"""


def nobody_meets(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is only for addresses that no client has."""
    for condition in rule.get("Conditions", []):
        values = condition.get("SourceIpConfig", {}).get("Values", [])
        if values and all(_is_nobody_s(value) for value in values):
            return True
    return False


def _is_nobody_s(source: str) -> bool:
    network = ip_network(source, strict=False)
    return any(
        network.version == reserved.version and network.subnet_of(reserved)  # type: ignore[arg-type]
        for reserved in map(ip_network, NOBODY_S)
    )


def other_ways_in(rules: Iterable[Mapping[str, Any]], target_group: str, *, switched: str) -> Check:
    """FAIL when another rule than the one to be ``switched`` ("": the default) leads users in."""
    open_ways = [
        f"rule {rule['Priority']}"
        for rule in rules
        if target_group in target_groups(rule["Actions"])
        and not (rule["RuleArn"] == switched or (rule["IsDefault"] and not switched))
        and not nobody_meets(rule)
    ]
    if not open_ways:
        return Check("traffic.other_rules", "PASS", "no other rule leads to the new home")
    return Check(
        "traffic.other_rules",
        "FAIL",
        f"{', '.join(open_ways)} of the listener leads to the new home: it must stay closed until "
        "its data is verified",
        f"Remove the rule, or give it the condition source-ip {NOBODY_S[0]}, which nobody meets.",
    )


Ways = Iterable[tuple[str, Mapping[str, Any]]]
"""Rules of the load balancer, each with its listener's protocol and port, "" for the listener that
is switched."""


def other_ways_home(rules: Ways, old: Iterable[str], *, switched: str) -> Check:
    """WARN when users come to the old home by more than the rule to be ``switched`` ("": the
    default): what is not switched leads to a host that has stopped."""
    ways = ways_home(rules, old, switched=switched)
    if not ways:
        return Check("traffic.other_ways", "PASS", "users reach the old home by this way alone")
    return Check(
        "traffic.other_ways",
        "WARN",
        f"users reach the old home by other ways too, which are not switched: {', '.join(ways)}",
        "Let them redirect to the listener that is switched; else they lead to a stopped host.",
    )


def ways_home(rules: Ways, old: Iterable[str], *, switched: str) -> list[str]:
    """The rules by which users come to the old home beside the one to be ``switched``."""
    groups = set(old)
    every = list(rules)
    # Behind a rule that everybody meets nobody comes to the next one.
    last = min(
        (_place(rule) for listener, rule in every if not listener and _everybody_meets(rule)),
        default=BEHIND_ALL + 1,
    )
    return [
        f"{listener} {_named(rule)}".strip()
        for listener, rule in every
        if groups & set(target_groups(rule["Actions"]))
        and (listener or not (rule["RuleArn"] == switched or (rule["IsDefault"] and not switched)))
        and not nobody_meets(rule)
        and (listener or _place(rule) <= last)
    ]


BEHIND_ALL = 50_000
"""A listener's rules have priorities up to this (CreateRule); its default comes behind them."""


def _place(rule: Mapping[str, Any]) -> int:
    return BEHIND_ALL if rule["IsDefault"] else int(rule["Priority"])


def _everybody_meets(rule: Mapping[str, Any]) -> bool:
    paths = [
        one.get("PathPatternConfig", {}).get("Values") or one.get("Values") or []
        if one["Field"] == "path-pattern"
        else []
        for one in rule["Conditions"]
    ]
    return bool(paths) and all({"*", "/*"} & set(values) for values in paths)


def _named(rule: Mapping[str, Any]) -> str:
    return "default" if rule["IsDefault"] else f"rule {rule['Priority']}"


def log_in(actions: Iterable[Mapping[str, Any]], user_pool: str) -> Check:
    """Whether the actions before the forward can be kept, with what the functions may do."""
    chain = list(actions)
    pools = [
        str(action["AuthenticateCognitoConfig"]["UserPoolArn"])
        for action in chain
        if action.get("AuthenticateCognitoConfig")
    ]
    if pools and user_pool not in pools:
        return Check(
            "traffic.log_in",
            "FAIL",
            f"users log in with the Cognito user pool {pools[0]}, which the functions may not "
            "describe: they could not change the listener",
            f"Deploy the stack with CognitoUserPoolArn={pools[0]}.",
        )
    kinds = [action["Type"] for action in chain if action["Type"].startswith("authenticate")]
    return Check("traffic.log_in", "PASS", f"{kinds[0]} stays" if kinds else "no log-in before it")
