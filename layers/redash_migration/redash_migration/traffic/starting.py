"""The new services started: servers behind a rule nobody else meets, workers after the switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.clock import seconds_between, stamp
from redash_migration.errors import (
    TargetNotHealthy,
    WorkersNotRunning,
)
from redash_migration.record import Record
from redash_migration.traffic.health import described, healthy

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.function_settings import StartTargetSettings
    from redash_migration.settings import ServiceCount


def start_servers(
    record: Record,
    ecs: Ecs,
    balancing: LoadBalancing,
    settings: StartTargetSettings,
    *,
    state: str = "StartTarget",
) -> dict[str, Any]:
    """Raise the server service and look at its targets' health, behind a rule nobody else meets.

    Returns ``{"healthy": bool, "targets": [{"host", "port"}], "waiting_for": str, "waited":
    seconds}``; to be called again until healthy. TARGET_TIMEOUT_SECONDS after the first call in
    ``state``, since the execution was started or redriven, it raises TargetNotHealthy.
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
    since = record.waits_since(state)
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
    return None if record.switch_stands() else until


def start_workers(
    record: Record, ecs: Ecs, services: tuple[ServiceCount, ...], *, state: str, limit: int
) -> dict[str, Any]:
    """Raise scheduler and workers; ``{"running": bool, "waiting_for": str, "waited"}``.

    To be called again until they run. ``limit`` seconds after the first call in ``state`` it
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
    waited = seconds_between(record.waits_since(state), stamp(record.clock()))
    if waiting and waited > limit:
        raise WorkersNotRunning(f"after {waited:.0f} s: {'; '.join(waiting)}"[:2000])
    return {"running": not waiting, "waiting_for": "; ".join(waiting), "waited": waited}
