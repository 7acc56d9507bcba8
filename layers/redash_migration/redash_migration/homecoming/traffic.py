"""The users' side of a return: the new home closed, the old one looked at, and opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redash_migration.clock import seconds_between, stamp
from redash_migration.errors import TargetNotHealthy, TasksStillRun
from redash_migration.homecoming.facts import PAUSE_FACT, SWITCH_FACT
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
    from redash_migration.settings import Settings


def close_new_home(
    record: Record, ecs: Ecs, balancing: LoadBalancing, settings: Settings
) -> dict[str, Any]:
    """Maintenance answer, then scheduler and workers, then servers to zero; to be called again
    until no task runs: ``{"closed": bool, "waiting_for": str}``.

    Users are locked out first, so that nothing is acknowledged by a server that is just ending.
    Raises TasksStillRun after TARGET_TIMEOUT_SECONDS.
    """
    listener, rule = settings["LISTENER_ARN"], settings["LISTENER_RULE_ARN"]
    actions = balancing.actions(listener, rule)
    if not is_maintenance(actions):
        record.undo.add(
            "set_actions", {"listener": listener, "rule": rule, "actions": actions}, **LISTENER
        )
        record.put_fact(PAUSE_FACT, {"began": stamp(record.clock())})
        balancing.set_actions(listener, rule, replaced(actions, maintenance(settings["LANGUAGE"])))
    services = [
        *settings.services("ECS_WORKER_SERVICES"),
        *settings.services("ECS_SERVER_SERVICE"),
    ]
    found = ecs.services([service.name for service in services])
    waiting = []
    for service in services:
        now = found.get(service.name)
        if now is None:
            continue
        record.undo.add(
            "set_desired",
            {"service": service.name, "count": service.count},
            where="aws",
            key=service.name,
            service="serves",
        )
        if now.desired:
            ecs.set_desired(service.name, 0)
        if now.desired or now.running:
            waiting.append(f"{service.name}: {now.running} tasks still run")
    began = str((record.fact(PAUSE_FACT) or {}).get("began") or stamp(record.clock()))
    waited = seconds_between(began, stamp(record.clock()))
    if waiting and waited > settings.number("TARGET_TIMEOUT_SECONDS"):
        raise TasksStillRun(f"after {waited:.0f} s: {'; '.join(waiting)}"[:2000])
    return {"closed": not waiting, "waiting_for": "; ".join(waiting)}


def look_at_old_home(
    record: Record, balancing: LoadBalancing, settings: Settings
) -> dict[str, Any]:
    """The health of the old target group, behind a rule that nobody meets; to be called again
    until it is healthy: ``{"healthy": bool, "targets": [{"host", "port"}], "waiting_for": str}``.

    Raises TargetNotHealthy after TARGET_TIMEOUT_SECONDS.
    """
    listener, group = settings["LISTENER_ARN"], _old_group(record)
    record.undo.add(
        "close_probe",
        {"listener": listener, "target_group": group},
        where="aws",
        key="old-home",
        service="serves",
    )
    balancing.open_probe(listener, group)
    targets = balancing.targets(group)
    serving = healthy(targets)
    began = record.put_fact_once("old_home_awaited", {"at": stamp(record.clock())})["at"]
    waited = seconds_between(str(began), stamp(record.clock()))
    if not serving and waited > settings.number("TARGET_TIMEOUT_SECONDS"):
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


def open_old_home(record: Record, balancing: LoadBalancing, settings: Settings) -> None:
    """Send all users to the old home; TargetNotHealthy when none of its targets is healthy,
    SwitchNotMade when users demonstrably stay before the closed door.

    The roll-back that follows finds listener, old services and fence as they were before
    the migration, and has only the rest to do.
    """
    listener, rule = settings["LISTENER_ARN"], settings["LISTENER_RULE_ARN"]
    group = _old_group(record)
    actions = balancing.actions(listener, rule)
    if target_groups(actions) != [group]:
        targets = balancing.targets(group)
        if not healthy(targets):
            raise TargetNotHealthy(f"no healthy target in the old group: {described(targets)}")
        # Noted before the deed: from here on nothing leads forward again.
        record.put_fact(SWITCH_FACT, {"state": "begun"})
        point(balancing, settings, _before_the_migration(record), group)
    record.put_fact(SWITCH_FACT, {"state": "made"})
    pause = record.fact(PAUSE_FACT) or {}
    if "began" in pause and "ended" not in pause:
        record.put_fact(PAUSE_FACT, {**pause, "ended": stamp(record.clock())})
    balancing.close_probe(listener, group)
    # What would lead forward again is over; only the fence is lifted yet, by who puts its tables
    # aside.
    for entry in record.undo.pending():
        if entry.action != "lift_fence":
            record.undo.done(entry)


def _before_the_migration(record: Record) -> list[dict[str, Any]]:
    """What StopServices found at the listener, as it was."""
    for entry in record.of("forward").undo.all():
        if entry.action == "set_actions":
            return list(entry.arguments["actions"])
    raise TargetNotHealthy("how users reached the old home is not known: StopServices notes it")


def _old_group(record: Record) -> str:
    groups = (record.of("forward").fact("old_target_groups") or {}).get("arns") or []
    if not groups:
        raise TargetNotHealthy("the old home's target group is not known: StopServices notes it")
    return str(groups[0])
