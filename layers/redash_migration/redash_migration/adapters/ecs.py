"""Amazon ECS: the services of the new home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient


@dataclass(frozen=True, slots=True)
class ServiceTruth:
    """One service as it is now. Steady can mean "still at 0": compare running with desired."""

    name: str
    desired: int
    running: int
    task_definition: str
    event: str


class Ecs:
    """The services of one cluster."""

    def __init__(self, client: ECSClient, cluster: str) -> None:
        self._client = client
        self._cluster = cluster

    def services(self, names: list[str]) -> dict[str, ServiceTruth]:
        """Services by name; one that does not exist or is inactive is left out."""
        found: dict[str, ServiceTruth] = {}
        for start in range(0, len(names), 10):  # DescribeServices takes ten at a time
            answer = self._client.describe_services(
                cluster=self._cluster, services=names[start : start + 10]
            )
            for service in answer["services"]:
                if service.get("status") != "ACTIVE":
                    continue
                events = service.get("events", [])
                found[service["serviceName"]] = ServiceTruth(
                    name=service["serviceName"],
                    desired=service["desiredCount"],
                    running=service["runningCount"],
                    task_definition=service["taskDefinition"],
                    event=events[0]["message"] if events else "",
                )
        return found

    def set_desired(self, name: str, count: int) -> None:
        """Ask for so many tasks."""
        self._client.update_service(cluster=self._cluster, service=name, desiredCount=count)

    def containers(self, task_definition: str) -> list[dict[str, Any]]:
        """The container definitions of a task definition."""
        answer = self._client.describe_task_definition(taskDefinition=task_definition)
        return [dict(found) for found in answer["taskDefinition"]["containerDefinitions"]]
