"""The users' side of a return: the new home closed, the old one looked at, and opened."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redash_migration.clock import looks, seconds_between, stamp
from redash_migration.errors import TargetNotHealthy, TasksStillRun
from redash_migration.homecoming.arrival import arrived, before_users_are_home
from redash_migration.homecoming.facts import PAUSE_FACT
from redash_migration.pause_budget import refuse_after
from redash_migration.record import Record
from redash_migration.traffic.actions import (
    is_maintenance,
    maintenance,
    replaced,
    target_groups,
)
from redash_migration.traffic.health import described, healthy
from redash_migration.traffic.switch import LISTENER, point

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.database.session.address import DatabaseAddress
    from redash_migration.function_settings import CloseNewHomeSettings, LookAtOldHomeSettings
    from redash_migration.settings import Settings


LOOK_SECONDS = 45.0
"""How long one call looks again by itself: users wait, and a state's wait is a round of its own."""


def serving_targets(balancing: LoadBalancing, group: str) -> list[dict[str, Any]]:
    """Who answers users in the new home, ``[{"host", "port"}]``: who may be asked a question."""
    return [
        {"host": target.host, "port": target.port} for target in healthy(balancing.targets(group))
    ]


def close_new_home(
    record: Record,
    ecs: Ecs,
    balancing: LoadBalancing,
    settings: CloseNewHomeSettings,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Maintenance answer, then scheduler and workers, then servers to zero, until no task runs; to
    be called again while ``closed`` is false: ``{"closed": bool, "waiting_for": str}``.

    Users are locked out first, so that nothing is acknowledged by a server that is just ending.
    Raises TasksStillRun after TARGET_TIMEOUT_SECONDS.
    """
    before_users_are_home(record)
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    actions = balancing.actions(listener, rule)
    served = not is_maintenance(actions)
    if served:
        record.undo.add(
            "set_actions", {"listener": listener, "rule": rule, "actions": actions}, **LISTENER
        )
    services = [
        *settings.ecs_worker_services,
        settings.ecs_server_service,
    ]
    there = ecs.services([service.name for service in services])
    for service in services:
        if service.name in there:
            record.undo.add(
                "set_desired",
                {"service": service.name, "count": service.count},
                where="aws",
                key=service.name,
                service="serves",
            )
    if served:  # with all that can be done before it behind us: from here on users wait
        record.put_fact(PAUSE_FACT, {"began": stamp(record.clock())})
        balancing.set_actions(listener, rule, replaced(actions, maintenance(settings.language)))
    waiting: list[str] = []
    for _ in looks(LOOK_SECONDS, every=1.0, sleep=sleep):
        waiting = []
        for name, now in ecs.services(list(there)).items():
            if now.desired:
                ecs.set_desired(name, 0)
            if now.desired or now.running:
                waiting.append(f"{name}: {now.running} tasks still run")
        if not waiting:
            break
    waited = _seconds_of_pause(record)
    if waiting and waited > settings.target_timeout_seconds:
        raise TasksStillRun(f"after {waited:.0f} s: {'; '.join(waiting)}"[:2000])
    return {"closed": not waiting, "waiting_for": "; ".join(waiting)}


def look_at_old_home(
    record: Record,
    balancing: LoadBalancing,
    settings: LookAtOldHomeSettings,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """The health of the old target group, behind a rule that nobody meets; to be called again
    until it is healthy: ``{"healthy": bool, "targets": [{"host", "port"}], "waiting_for": str}``.

    Raises TargetNotHealthy after TARGET_TIMEOUT_SECONDS.
    """
    listener, group = settings.listener_arn, _old_group(record)
    record.undo.add(
        "close_health_rule",
        {"listener": listener, "target_group": group},
        where="aws",
        key="old-home",
        service="serves",
    )
    balancing.open_health_rule(listener, group)
    for _ in looks(LOOK_SECONDS, every=1.0, sleep=sleep):
        targets = balancing.targets(group)
        if serving := healthy(targets):
            break
    waited = _seconds_of_pause(record)
    if not serving and waited > settings.target_timeout_seconds:
        raise TargetNotHealthy(
            f"the old Redash is not healthy after {waited:.0f} s: {described(targets)}"[:2000]
        )
    return {
        "healthy": bool(serving),
        "targets": [{"host": target.host, "port": target.port} for target in serving],
        "waiting_for": "" if serving else described(targets)[:500],
    }


def with_addresses(
    targets: list[dict[str, Any]], old_database: Callable[[], DatabaseAddress]
) -> list[dict[str, Any]]:
    """Targets that are instances by their address: the old database is on the same host, and its
    secret holds the instance's private address."""
    return [
        {**target, "host": old_database().host} if str(target["host"]).startswith("i-") else target
        for target in targets
    ]


def open_old_home(
    record: Record,
    balancing: LoadBalancing,
    settings: Settings,
    *,
    until: float | None = None,
) -> None:
    """Send all users to the old home; TargetNotHealthy when none of its targets is healthy,
    PauseBudgetExceeded when the pause has lasted too long already, SwitchNotMade when users
    demonstrably stay before the closed door.

    The roll-back that follows finds listener, old services and fence as they were before
    the migration, and has only the rest to do.
    """
    listener, rule = settings.listener_arn, settings.listener_rule_arn
    group = _old_group(record)
    actions = balancing.actions(listener, rule)
    if target_groups(actions) != [group]:
        targets = balancing.targets(group)
        if not healthy(targets):
            raise TargetNotHealthy(f"no healthy target in the old group: {described(targets)}")
        refuse_after(until, "SwitchBack")
        # Noted before the deed: from here on nothing leads forward again.
        record.note_home("begun")
        point(balancing, settings, _before_the_migration(record), group)
    balancing.close_health_rule(listener, group)
    arrived(record)


def _seconds_of_pause(record: Record) -> float:
    """Since this return's pause began; an earlier try's does not count."""
    moment = stamp(record.clock())
    return seconds_between(str((record.fact(PAUSE_FACT) or {}).get("began") or moment), moment)


def _before_the_migration(record: Record) -> list[dict[str, Any]]:
    """What StopServices found at the listener, as it was; UndoForged."""
    for entry in record.of("forward").undo.believed("set_actions"):
        return list(entry.arguments["actions"])
    raise TargetNotHealthy("how users reached the old home is not known: StopServices notes it")


def _old_group(record: Record) -> str:
    """By the sealed entry alone: users are sent there."""
    groups = target_groups(_before_the_migration(record))
    if not groups:
        raise TargetNotHealthy("the old home's target group is not known: StopServices notes it")
    return groups[0]
