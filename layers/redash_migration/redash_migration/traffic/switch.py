"""Closing the old home, opening the new one, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.clock import looks
from redash_migration.errors import (
    CheckFailed,
    ListenerClosed,
    SwitchNotMade,
    TargetNotHealthy,
)
from redash_migration.failure_text import is_of, words
from redash_migration.pause_budget import refuse_after, within_budget
from redash_migration.record import Record
from redash_migration.traffic.actions import (
    forward_to,
    is_maintenance,
    maintenance,
    replaced,
    target_groups,
)
from redash_migration.traffic.entrance import other_ways_in
from redash_migration.traffic.health import described, healthy

if TYPE_CHECKING:
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.settings import Settings


def demand_closed(record: Record, balancing: LoadBalancing, settings: Settings) -> None:
    """Nobody has opened the new home by hand since it was inspected: CheckFailed where a rule, or
    the listener itself, leads users into a database that is being filled."""
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    group = settings.target_group_arn
    rules = balancing.rules(listener)
    door = other_ways_in(rules, group, switched=rule)
    record.checks.put(door)
    if door.status == "FAIL":
        raise CheckFailed(f"{door.detail}. {door.remedy}")
    for one in rules:
        if one["RuleArn"] == rule or (one["IsDefault"] and not rule):
            _demand_elsewhere(one["Actions"], settings)


def _demand_elsewhere(actions: list[dict[str, Any]], settings: Settings) -> None:
    if settings.target_group_arn in target_groups(actions):
        raise CheckFailed(
            "users reach the new home already, whose data is not verified: point "
            f"{settings.listener_rule_arn or settings.listener_arn} back to the old target group, "
            "and find out who pointed it here"
        )


def close_old_home(record: Record, balancing: LoadBalancing, settings: Settings) -> None:
    """Answer users with the maintenance page; from here on the pause is counted.

    Raises ListenerClosed, before anything is changed, where a fixed 503 is not this migration's:
    it would be taken for the old home's own answer, and nothing would ever reopen it; CheckFailed
    where somebody has pointed users to the new home meanwhile.
    """
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    actions = balancing.actions(listener, rule)
    if is_maintenance(actions):
        if "pause_began" not in record.milestones():
            raise ListenerClosed(
                f"{rule or listener} answers 503 already: give it back its forward to Redash, or "
                "find out who closed it, before the write pause begins"
            )
        return
    _demand_elsewhere(actions, settings)
    record.undo.add("set_actions", _original(listener, rule, actions), **LISTENER)
    record.milestone("pause_began")
    balancing.set_actions(listener, rule, replaced(actions, maintenance(settings.language)))


LISTENER: Any = {"where": "aws", "key": "listener", "service": "serves"}
"""One entry for the listener, whoever changes it: its original actions, by which users are
served."""


def _original(listener: str, rule: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"listener": listener, "rule": rule, "actions": actions}


def open_new_home(
    record: Record, balancing: LoadBalancing, settings: Settings, *, until: float | None = None
) -> None:
    """Send all users to the new target group; TargetNotHealthy when none of it is healthy.

    ``until`` is the end of the pause's budget, in seconds since 1970: PauseBudgetExceeded then,
    unless the switch has begun, which nobody interrupts.

    A group with only unhealthy targets would get the traffic all the same (it "fails open"), so
    its health is demanded first. Once the switch has begun users may be there: a repeated call
    only brings it to its end, because TargetNotHealthy leads back without a person.
    """
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    group = settings.target_group_arn
    began = record.switch_stands()
    with within_budget(None if began else until, "SwitchTraffic"):
        targets = balancing.targets(group)
        if not healthy(targets) and not began:
            raise TargetNotHealthy(f"no healthy target in the new group: {described(targets)}")
        actions = balancing.actions(listener, rule)
    if target_groups(actions) != [group]:
        if not began:
            refuse_after(until, "SwitchTraffic")
        record.undo.add("set_actions", _original(listener, rule, actions), **LISTENER)
        # Noted before the deed: from here on nobody goes back without a person's decision.
        mine = record.switch_begins()
        try:
            point(balancing, settings, replaced(actions, forward_to(group)), group)
        except SwitchNotMade:
            record.switch_not_made(mine)
            raise
    record.milestone("pause_ended")
    record.put_fact("target_health", {"healthy": len(healthy(targets)), "all": len(targets)})
    balancing.close_health_rule(listener, group)


def point(
    balancing: LoadBalancing, settings: Settings, actions: list[dict[str, Any]], group: str
) -> None:
    """Set the actions that lead to a group; SwitchNotMade when that failed and users demonstrably
    stay where they are.

    A call can fail although it was carried out, and a description can be a moment old. Only when
    the listener is seen unchanged, for some seconds unless the service has plainly refused, may
    the caller turn round by itself; otherwise users may have written there already.
    """
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    try:
        balancing.set_actions(listener, rule, actions)
    except Exception as error:
        for _ in looks(0 if _refused(error) else DOUBT_SECONDS, every=REST_SECONDS):
            if target_groups(balancing.actions(listener, rule)) == [group]:
                return
        raise SwitchNotMade(f"{type(error).__name__}: {words(error)}") from error


DOUBT_SECONDS = 5.0
"""How long a change that nobody answered for may still show itself."""
REST_SECONDS = 0.5


def _refused(error: Exception) -> bool:
    """Whether the service has said that it does not do it."""
    response: dict[str, Any] = getattr(error, "response", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    return is_of(error, "botocore.ClientError") and status < 500
