"""Whether the containers of the new home, taken together, can be Redash and stay it.

The proof asks from the server's own task. Workers start after the switch: before it a task of each
is seen to start (worker_trials.py), and no more is asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from redash_migration.record import Check
from redash_migration.traffic.proof.containers import (
    OF_ESSENTIALS,
    ROLES,
    Container,
    plain_settings,
    processes_of,
    role_of,
    words_of,
)

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.ecs_truth import ServiceTruth
    from redash_migration.function_settings import InspectNewHomeSettings

LEAST_MEGABYTES = 150
"""What a process of Redash takes by itself, all its runners loaded."""

_BREAKS = {
    "server": "nobody is served",
    "scheduler": "no query runs by its schedule, and no alert is looked at",
    "worker": "no query runs at all",
}

_SAME = (
    "image", "task role", "execution role", "platform", "subnets", "security groups",
    "public address",
)  # fmt: skip
"""What a worker and the server have in common where the proof's answers hold for both."""


def every_role(containers: Iterable[Container], running: Iterable[str]) -> Check:
    """Whether each role that runs on the old host has a service; ``running`` are its roles."""
    there = {role_of(one) for one in containers}
    missing = [role for role in ROLES if role in set(running) and role not in there]
    if missing:
        return Check(
            "services.roles",
            "FAIL",
            "; ".join(
                f"no service of the new home runs a {one}: {_BREAKS[one]}" for one in missing
            ),
            "Name its service in EcsServerService or EcsWorkerServices.",
        )
    return Check("services.roles", "PASS", f"{', '.join(sorted(there))}")


def alike(services: Mapping[str, ServiceTruth], containers: Mapping[str, Container]) -> Check:
    """What the services have otherwise than the server's, both by name, the server's first."""
    first = next(iter(services))
    pattern = {**containers[first], **services[first].network}
    said = []
    for name, service in services.items():
        mine = {**containers[name], **service.network}
        other = [what for what in _SAME if mine.get(what) != pattern.get(what)]
        given = _references(mine)
        other += [
            f"the secret of {variable}"
            for variable, source in _references(pattern).items()
            if given.get(variable, source) != source and variable not in OF_ESSENTIALS
        ]
        if other:
            said.append(f"{name}: {', '.join(other)}")
    if said:
        return Check(
            "services.alike",
            "WARN",
            f"not as {first}, whose task alone is tried before the switch: {'; '.join(said)}",
            "Give them the same, unless it is meant: their data sources, secrets and image are"
            " then tried by nobody before users are there.",
        )
    return Check("services.alike", "PASS", "all have the server's image, roles and network")


def _references(container: Container) -> dict[str, str]:
    return {str(one["name"]): str(one["valueFrom"]) for one in container.get("secrets") or []}


def roomy(containers: Mapping[str, Container]) -> Check:
    """Whether each process has memory to start in; ``containers`` by their services' names."""
    said = []
    for name, container in containers.items():
        memory = str(container.get("memory") or container["task memory"])
        processes = processes_of(container)
        if processes and memory.isdecimal() and int(memory) < processes * LEAST_MEGABYTES:
            said.append(f"{name}: {memory} MB for {processes} processes")
    if said:
        return Check(
            "services.memory",
            "WARN",
            f"too little memory for Redash to start in, before any result: {'; '.join(said)}",
            "Give these tasks more memory, or fewer processes (WORKERS_COUNT, REDASH_WEB_WORKERS).",
        )
    return Check("services.memory", "PASS", "every process has memory to start in")


def _not_started(container: Container) -> str:
    """Why supervisord starts none of a worker's processes (worker.conf), "" where it does."""
    if role_of(container) != "worker" or "rq" in words_of(container).split():
        return ""
    volumes = container.get("mountPoints") or []
    there = any(one["containerPath"] == "/tmp" for one in volumes if not one.get("readOnly"))  # noqa: S108
    if container.get("readonlyRootFilesystem") and not there:
        return "may not write to /tmp"
    told = "WORKERS_COUNT" in plain_settings(container)
    return "has a WORKERS_COUNT that is no number" * (told and processes_of(container) is None)


def lasting(
    services: Mapping[str, ServiceTruth],
    containers: Mapping[str, Container],
    counts: Mapping[str, int],
) -> Check:
    """Whether scheduler and workers, which start after the switch, stay up once they run.

    ``counts`` are the tasks that each service is to have. Only a server answers HTTP: whoever asks
    the others by it takes them for ill, and ECS replaces them for good.
    """
    said = []
    for name, service in services.items():
        role = role_of(containers[name])
        if role == "server":
            continue
        health = containers[name].get("healthCheck") or {}
        if re.search(
            r"curl|wget|https?:|/ping|:5000", " ".join(map(str, health.get("command", [])))
        ):
            said.append(f"the health check of {name}'s container asks a {role} for HTTP")
        if service.target_groups:
            said.append(f"{name} is behind a target group, where no {role} ever becomes healthy")
        if why := _not_started(containers[name]):
            said.append(f"{name} {why}: its processes are not started")
    schedulers = sum(
        counts.get(name, 1) for name in services if role_of(containers[name]) == "scheduler"
    )
    if schedulers > 1:
        said.append(f"{schedulers} schedulers are to run: all but the first end as they start")
    if said:
        return Check(
            "services.lasting",
            "FAIL",
            "; ".join(said),
            "Take the server's health check and load balancer out of the others; one scheduler; a"
            " volume at /tmp where the root file system is read-only.",
        )
    return Check("services.lasting", "PASS", "nothing ends scheduler and workers")


def balanced(service: ServiceTruth, target_group: str) -> Check:
    """Whether the server's tasks will be targets of the group that users are led to."""
    if target_group in service.target_groups:
        return Check("services.target_group", "PASS", "the servers join the new target group")
    where = ", ".join(one.rpartition(":")[2] for one in service.target_groups) or "none"
    return Check(
        "services.target_group",
        "FAIL",
        f"the tasks of {service.name} join another target group than TargetGroupArn: {where}",
        "Give the service's load balancer the group of TargetGroupArn, or correct that.",
    )


def inspect_containers(
    ecs: Ecs, settings: InspectNewHomeSettings, running: Iterable[str]
) -> list[Check]:
    """What the services run, and in what they differ; ``running`` are the old host's roles."""
    names = [service.name for service in settings.services]
    found = ecs.services(names)
    services = {name: found[name] for name in names if name in found}
    if not services:  # which services.exist says
        return []
    containers = {name: ecs.container(one.task_definition) for name, one in services.items()}
    counts = {service.name: service.count for service in settings.services}
    checks = [
        every_role(containers.values(), running),
        roomy(containers),
        alike(services, containers),
        lasting(services, containers, counts),
    ]
    if server := services.get(settings.ecs_server_service.name):
        checks.append(balanced(server, settings.target_group_arn))
    return checks
