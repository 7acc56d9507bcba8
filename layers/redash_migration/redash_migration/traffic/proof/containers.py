"""The new home's containers: which of a task's is Redash, what it runs, and what it is run by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.function_settings import NewHomeSettings

BY_DEFAULT = ("scheduled_queries", "queries", "periodic", "emails", "default", "schemas")
"""The queues of a worker that is told none (redash/worker.py): a data source's own is not one."""
OF_ESSENTIALS = frozenset(
    {"REDASH_DATABASE_URL", "REDASH_REDIS_URL", "REDASH_SECRET_KEY", "REDASH_COOKIE_SECRET"}
)
"""Whose sources ``services.essentials`` compares."""

Container = Mapping[str, Any]

ROLES = ("server", "scheduler", "worker")


def redash_in(containers: Sequence[Container]) -> Container:
    """Redash's container of a task: beside it may be a log router, a proxy or an agent."""
    for container in containers:
        given = [*(container.get("environment") or []), *(container.get("secrets") or [])]
        if any(str(one["name"]).startswith("REDASH_") for one in given):
            return container
    return next((one for one in containers if "redash" in str(one.get("image"))), containers[0])


def described(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Redash's container of a task definition, with what the whole task is run by."""
    platform = definition.get("runtimePlatform") or {}
    return {
        **redash_in(definition["containerDefinitions"]),
        "task role": str(definition.get("taskRoleArn") or "none"),
        "execution role": str(definition.get("executionRoleArn") or "none"),
        "platform": str(platform.get("cpuArchitecture") or "X86_64"),
        "task memory": str(definition.get("memory") or ""),
    }


def words_of(container: Container) -> str:
    """What it runs."""
    given = [*(container.get("entryPoint") or []), *(container.get("command") or [])]
    return " ".join(map(str, given))


def role_of(container: Container) -> str:
    """What it runs: server, scheduler or worker."""
    words = words_of(container)
    return next((role for role in ("scheduler", "worker") if role in words), "server")


def _told(container: Container) -> list[str]:
    """The queues that a worker is told; none, and it serves those by default (redash/cli/rq.py)."""
    words = re.search(r"\brq worker (.+)$", words_of(container))
    said = words[1] if words else plain_settings(container).get("QUEUES", "")
    return [one for one in re.split(r"[,\s]+", said) if one]


def served_queues(
    containers: Iterable[Container], seen: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """(the queues that the workers serve, names of those whose queues can't be seen).

    ``seen`` are the variables of the running proof: what an environment file holds is among them.
    """
    queues: list[str] = []
    unseen = []
    for container in containers:
        if role_of(container) != "worker" or processes_of(container) == 0:
            continue
        told = _told(container)
        if not told and container.get("environmentFiles") and "QUEUES" in seen:
            unseen.append(str(container["name"]))
        else:
            queues += told or BY_DEFAULT
    return queues, unseen


def processes_of(container: Container) -> int | None:
    """How many processes of Redash run in it (bin/docker-entrypoint); None where an environment
    file may say so."""
    name, default = {
        "server": ("REDASH_WEB_WORKERS", "4"),
        "worker": ("WORKERS_COUNT", "2"),
        "scheduler": ("", "1"),
    }[role_of(container)]
    told = plain_settings(container).get(name)
    if told is None and (container.get("environmentFiles") or "rq" in words_of(container).split()):
        return 1 if "rq" in words_of(container).split() else None
    number = (told or default).strip()
    return int(number) if number.isdecimal() else None


def new_processes(ecs: Ecs, settings: NewHomeSettings) -> dict[str, int] | None:
    """Queue -> worker processes that will take its jobs; None where an environment file may say
    more."""
    found: dict[str, int] = {}
    services = ecs.services([service.name for service in settings.services])
    for wanted in settings.services:
        service = services.get(wanted.name)
        container = ecs.container(service.task_definition) if service else {}
        if not container or role_of(container) != "worker":
            continue
        told, processes = _told(container), processes_of(container)
        if processes is None or (not told and container.get("environmentFiles")):
            return None
        for queue in told or BY_DEFAULT:
            found[queue] = found.get(queue, 0) + processes * wanted.count
    return found


def new_containers(ecs: Ecs, settings: NewHomeSettings) -> list[dict[str, Any]]:
    """Redash's container of each task definition of the new home."""
    found = ecs.services([service.name for service in settings.services])
    definitions = {service.task_definition for service in found.values()}
    return [ecs.container(definition) for definition in sorted(definitions)]


def plain_settings(container: Container) -> dict[str, str]:
    """Its environment as far as it is written out: name -> value."""
    return {str(one["name"]): str(one["value"]) for one in container.get("environment") or []}
