"""What ECS says of services and tasks, as far as a migration wants to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from redash_migration.traffic.new_home.same_door import in_one_form

if TYPE_CHECKING:
    pass

BY_ITSELF = frozenset({"TaskFailedToStart", "EssentialContainerExited"})
"""Stop codes of a task that nobody stopped (ECS API, Task: stopCode)."""


@dataclass(frozen=True, slots=True)
class ServiceTruth:
    """One service as it is now. Steady can mean "still at 0": compare running with desired.

    ``pending`` are tasks on their way up (PROVISIONING to ACTIVATING): they will run. ``network``
    has "subnets", "security groups" and whether tasks get a "public address". ``terms`` is what
    its tasks are made by, by the service's own names, each as text: what a deployment changes.
    """

    name: str
    desired: int
    running: int
    pending: int
    task_definition: str
    event: str
    target_groups: tuple[str, ...] = ()
    network: Mapping[str, frozenset[str]] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)


TERMS = (
    "taskDefinition",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "loadBalancers",
    "networkConfiguration",
)
"""What of a service decides how its tasks are made (Amazon ECS API, Service)."""


@dataclass(frozen=True, slots=True)
class ServingTask:
    """A running task of a service: its revision, addresses, and the digest of each container's
    image where ECS tells it."""

    definition: str
    addresses: frozenset[str]
    images: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OnceTask:
    """A task that was started for one purpose, and where its output goes."""

    arn: str
    log_group: str
    log_stream: str


@dataclass(frozen=True, slots=True)
class TaskTruth:
    """A task as it is now; ``reason`` is why it stopped, ``images`` as a ServingTask's.

    ``exit_codes`` are those of the containers that ran and have ended, by their names.
    """

    status: str
    reason: str
    images: Mapping[str, str] = field(default_factory=dict)
    exit_codes: Mapping[str, int] = field(default_factory=dict)


def terms_of(service: Any) -> dict[str, str]:
    """What a service is run by, in one form, as far as it is told."""
    return {name: in_one_form(service[name]) for name in TERMS if service.get(name)}


def network_of(configuration: Any) -> dict[str, frozenset[str]]:
    """Subnets, groups and public address of a service's tasks."""
    found = configuration.get("awsvpcConfiguration", {})
    return {
        "subnets": frozenset(found.get("subnets", [])),
        "security groups": frozenset(found.get("securityGroups", [])),
        "public address": frozenset([found.get("assignPublicIp", "DISABLED")]),
    }


def addresses_of(task: Any) -> frozenset[str]:
    """The addresses of a task's containers."""
    found = [
        interface.get(name)
        for container in task["containers"]
        for interface in container.get("networkInterfaces", [])
        for name in ("privateIpv4Address", "ipv6Address")
    ]
    return frozenset(filter(None, found))


def images_of(task: Any) -> dict[str, str]:
    """Container -> its image's digest, where ECS knows it."""
    found = {str(one["name"]): str(one.get("imageDigest", "")) for one in task["containers"]}
    return {name: digest for name, digest in found.items() if digest}


def why_stopped(task: Any) -> str:
    """Why a task stopped, and how each of its containers ended."""
    ends = [
        f"{container['name']}: {container.get('reason') or container.get('exitCode')}"
        for container in task.get("containers", [])
        if container.get("reason") or container.get("exitCode")
    ]
    return "; ".join([str(task.get("stoppedReason", task["stopCode"])), *ends])[:600]
