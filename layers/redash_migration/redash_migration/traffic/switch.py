"""Closing the old home, opening the new one, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.clock import looks, seconds_between, stamp
from redash_migration.errors import (
    CheckFailed,
    ListenerClosed,
    SwitchNotMade,
    TargetNotHealthy,
    WorkersNotRunning,
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
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import StartTargetSettings
    from redash_migration.settings import ServiceCount, Settings


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


def start_servers(
    record: Record,
    ecs: Ecs,
    balancing: LoadBalancing,
    settings: StartTargetSettings,
    *,
    phase: str = "start_target",
) -> dict[str, Any]:
    """Raise the server service and look at its targets' health, behind a rule nobody else meets.

    Returns ``{"healthy": bool, "targets": [{"host", "port"}], "waiting_for": str, "waited":
    seconds}``; to be called again until healthy. TARGET_TIMEOUT_SECONDS after the first call of a
    ``phase``, since the execution was started or redriven, it raises TargetNotHealthy.
    """
    listener, group = settings.listener_arn, settings.target_group_arn
    service = settings.ecs_server_service
    record.undo.add("set_desired", {"service": service.name, "count": 0}, where="aws", key="server")
    record.undo.add("close_health_rule", {"listener": listener, "target_group": group}, where="aws")
    balancing.open_health_rule(listener, group)
    now = ecs.services([service.name]).get(service.name)
    if now is None:
        raise TargetNotHealthy(f"ECS service {service.name}: not in the cluster")
    if now.desired != service.count:
        ecs.set_desired(service.name, service.count)
    targets = balancing.targets(group)
    serving = healthy(targets)
    ready = len(serving) >= service.count and now.running >= service.count
    since = record.waits_since(phase)
    waited = seconds_between(since, stamp(record.clock()))
    # An image, a right, a network or a secret that is not there stays so: said at once.
    if not ready and (failures := ecs.failures(service.name, since)):
        raise TargetNotHealthy(f"a task of {service.name} stopped by itself: {failures[0]}"[:2000])
    if not ready and waited > settings.target_timeout_seconds:
        raise TargetNotHealthy(
            f"not healthy after {waited:.0f} s: {described(targets)}; {now.event}"[:2000]
        )
    return {
        "healthy": ready,
        "waited": waited,
        "targets": [{"host": target.host, "port": target.port} for target in serving],
        "waiting_for": ""
        if ready
        else f"{now.running} of {service.count} tasks run; {described(targets)}; {now.event}"[:500],
    }


def unless_begun(record: Record, until: float | None) -> float | None:
    """The end of the pause's budget, for a switch that has not begun: one that has, ends nowhere
    but on the new side."""
    return None if "switch_began" in record.milestones() else until


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
    began = "switch_began" in record.milestones()
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
        record.switch_begins()
        try:
            point(balancing, settings, replaced(actions, forward_to(group)), group)
        except SwitchNotMade:
            record.switch_not_made()
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


def start_workers(
    record: Record, ecs: Ecs, services: tuple[ServiceCount, ...], *, phase: str, limit: int
) -> dict[str, Any]:
    """Raise scheduler and workers; ``{"running": bool, "waiting_for": str, "waited"}``.

    To be called again until they run. ``limit`` seconds after the first call of a ``phase`` it
    raises WorkersNotRunning: users are served, but nothing runs on schedule.
    """
    waiting = []
    found = ecs.services([service.name for service in services])
    for service in services:
        record.undo.add(
            "set_desired", {"service": service.name, "count": 0}, where="aws", key=service.name
        )
        now = found.get(service.name)
        if now is None:
            waiting.append(f"{service.name} is not in the cluster")
            continue
        if now.desired != service.count:
            ecs.set_desired(service.name, service.count)
        if now.running < service.count:
            waiting.append(f"{service.name}: {now.running} of {service.count} tasks run")
    waited = seconds_between(record.waits_since(f"start_workers_{phase}"), stamp(record.clock()))
    if waiting and waited > limit:
        raise WorkersNotRunning(f"after {waited:.0f} s: {'; '.join(waiting)}"[:2000])
    return {"running": not waiting, "waiting_for": "; ".join(waiting), "waited": waited}
