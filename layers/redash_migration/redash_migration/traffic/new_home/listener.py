"""Which way users go before the migration, and that none leads to the new home yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.record import Check
from redash_migration.traffic.actions import target_groups
from redash_migration.traffic.entrance import log_in, other_ways_home, other_ways_in
from redash_migration.traffic.health import described, healthy

if TYPE_CHECKING:
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import InspectNewHomeSettings


def old_targets(balancing: LoadBalancing, settings: InspectNewHomeSettings) -> list[dict[str, Any]]:
    """Where the old Redash answers now, ``{"host", "port"}``: an address, or an instance's id."""
    actions = balancing.actions(settings.listener_arn, settings.listener_rule_arn)
    groups = target_groups(actions)
    targets = balancing.targets(groups[0]) if len(groups) == 1 else []
    return [{"host": target.host, "port": target.port} for target in targets]


def inspect_traffic(balancing: LoadBalancing, settings: InspectNewHomeSettings) -> list[Check]:
    """The listener's present way, and the new target group that nobody may reach yet."""
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    new = settings.target_group_arn
    actions = balancing.actions(listener, rule)
    old = target_groups(actions)
    rules = balancing.rules(listener)
    ways = [*(("", one) for one in rules), *balancing.beside(listener)]
    checks = [
        other_ways_in(rules, new, switched=rule),
        other_ways_home(ways, old, switched=rule),
        log_in(actions, settings.cognito_user_pool_arn),
    ]
    if new in old:
        checks.append(
            Check(
                "traffic.closed",
                "FAIL",
                "users reach the new home already: an empty Redash lets anybody become its admin",
                "Point the listener back to the old target group.",
            )
        )
    elif len(old) != 1:
        checks.append(
            Check(
                "traffic.closed",
                "FAIL",
                f"the listener forwards to {len(old)} target groups, not to one",
                "Give ListenerRuleArn the one rule that forwards to Redash.",
            )
        )
    else:
        checks.append(Check("traffic.closed", "PASS", "nobody reaches the new home"))
        targets = balancing.targets(old[0])
        checks.append(
            Check("traffic.old_home", "PASS", described(targets))
            if healthy(targets)
            else Check(
                "traffic.old_home",
                "WARN",
                f"no healthy target serves users now: {described(targets)}",
                "Look at the old host first; this migration takes its state as it is.",
            )
        )
    checks.append(inspect_target_group(balancing, new))
    return checks


def inspect_target_group(balancing: LoadBalancing, arn: str) -> Check:
    """The new target group, as Redash on Fargate needs it."""
    name = "traffic.target_group"
    group = balancing.target_group(arn)
    if group is None:
        return Check(
            name,
            "FAIL",
            "the new target group does not exist",
            "Give TargetGroupArn the ARN of the new home's target group.",
        )
    if group.get("TargetType") != "ip" or group.get("HealthCheckPath") != "/ping":
        return Check(
            name,
            "WARN",
            f"type {group.get('TargetType')}, health check {group.get('HealthCheckPath')}",
            "Redash on Fargate needs type ip; /ping is its health check.",
        )
    if balancing.target_group_sticky(arn):
        return Check(
            name,
            "WARN",
            "stickiness is on",
            "Turn it off: Redash keeps its sessions in cookies.",
        )
    return Check(name, "PASS", "type ip, /ping, not sticky")
