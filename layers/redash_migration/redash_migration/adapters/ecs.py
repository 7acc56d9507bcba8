"""Amazon ECS: the services of the new home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash_migration.adapters.ecs_truth import (
    BY_ITSELF,
    OnceTask,
    ServiceTruth,
    ServingTask,
    TaskTruth,
    addresses_of,
    images_of,
    network_of,
    terms_of,
    why_stopped,
)
from redash_migration.clock import moment
from redash_migration.errors import NewHomeNotProven
from redash_migration.traffic.proof.containers import described

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient


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
                    pending=service.get("pendingCount", 0),
                    task_definition=service["taskDefinition"],
                    event=events[0]["message"] if events else "",
                    target_groups=tuple(
                        one["targetGroupArn"]
                        for one in service.get("loadBalancers", [])
                        if "targetGroupArn" in one
                    ),
                    network=network_of(service.get("networkConfiguration", {})),
                    terms=terms_of(service),
                )
        return found

    def failures(self, service: str, since: str) -> list[str]:
        """Why tasks of a service that were made since then stopped by themselves; newest first.

        ``since`` is ISO 8601. A task that somebody or a deployment stopped is none of them. ECS
        keeps stopped tasks for an hour (ECS guide, "Viewing stopped task errors").
        """
        arns = self._client.list_tasks(
            cluster=self._cluster, serviceName=service, desiredStatus="STOPPED"
        )["taskArns"]
        if not arns:
            return []
        tasks = self._client.describe_tasks(cluster=self._cluster, tasks=arns[:100])["tasks"]
        found = [
            task
            for task in tasks
            if task.get("stopCode") in BY_ITSELF and task["createdAt"] >= moment(since)
        ]
        found.sort(key=lambda task: task["createdAt"], reverse=True)
        return [why_stopped(task) for task in found]

    def serving(self, service: str) -> list[ServingTask]:
        """The tasks of a service that are meant to run and do."""
        arns = self._client.list_tasks(cluster=self._cluster, serviceName=service)["taskArns"]
        if not arns:
            return []
        tasks = self._client.describe_tasks(cluster=self._cluster, tasks=arns[:100])["tasks"]
        return [
            ServingTask(task["taskDefinitionArn"], addresses_of(task), images_of(task))
            for task in tasks
            if task["lastStatus"] == "RUNNING"
        ]

    def stopping(self, service: str) -> int:
        """How many tasks of a service are asked to stop and still at work: ``running`` counts them
        no more, and each has up to its ``stopTimeout`` to end (ECS guide, "Task lifecycle")."""
        arns = self._client.list_tasks(
            cluster=self._cluster, serviceName=service, desiredStatus="STOPPED"
        )["taskArns"]
        if not arns:
            return 0
        tasks = self._client.describe_tasks(cluster=self._cluster, tasks=arns[:100])["tasks"]
        return sum(task["lastStatus"] != "STOPPED" for task in tasks)

    def set_desired(self, name: str, count: int) -> None:
        """Ask for so many tasks."""
        self._client.update_service(cluster=self._cluster, service=name, desiredCount=count)

    def container(self, task_definition: str) -> dict[str, Any]:
        """Redash's container of a task definition, with what the whole task is run by."""
        answer = self._client.describe_task_definition(taskDefinition=task_definition)
        return described(answer["taskDefinition"])

    def run_once(self, service: str, command: list[str], *, started_by: str) -> OnceTask:
        """One task of a service's own definition and network, with another command."""
        found = self._client.describe_services(cluster=self._cluster, services=[service])
        described = found["services"][0]
        definition = described["taskDefinition"]
        container = self.container(definition)
        answer = self._client.run_task(
            cluster=self._cluster,
            taskDefinition=definition,
            launchType="FARGATE",
            networkConfiguration=described["networkConfiguration"],
            overrides={"containerOverrides": [{"name": container["name"], "command": command}]},
            startedBy=started_by,
            count=1,
        )
        if not answer["tasks"]:
            reasons = [str(failure.get("reason", "")) for failure in answer.get("failures", [])]
            raise NewHomeNotProven(f"ECS starts no task of {definition}: {', '.join(reasons)}")
        arn = answer["tasks"][0]["taskArn"]
        options = container.get("logConfiguration", {}).get("options", {})
        prefix = options.get("awslogs-stream-prefix", "ecs")
        stream = f"{prefix}/{container['name']}/{arn.rpartition('/')[2]}"
        return OnceTask(arn, str(options.get("awslogs-group", "")), stream)

    def stop_started(self, started_by: str) -> None:
        """Stop the tasks that were started once by this name and have not ended."""
        listed = self._client.list_tasks(cluster=self._cluster, startedBy=started_by)
        for arn in listed["taskArns"]:
            self._client.stop_task(cluster=self._cluster, task=arn, reason="taken back")

    def task(self, arn: str) -> TaskTruth:
        """A task as it is now; one that ECS has forgotten has stopped."""
        answer = self._client.describe_tasks(cluster=self._cluster, tasks=[arn])
        if not answer["tasks"]:
            return TaskTruth("STOPPED", "ECS knows no such task any more")
        task = answer["tasks"][0]
        reasons = [str(task.get("stoppedReason", ""))]
        reasons += [str(one.get("reason", "")) for one in task.get("containers", [])]
        codes = {one["name"]: one["exitCode"] for one in task["containers"] if "exitCode" in one}
        said = "; ".join(filter(None, reasons))
        return TaskTruth(str(task["lastStatus"]), said, images_of(task), codes)
