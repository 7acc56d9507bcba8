"""One task of a service: a local process with the task definition's environment."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rehearsal.ports import free_port
from rehearsal.redash.command import RedashCommand
from rehearsal.redash.process import RedashProcess
from rehearsal.timing import clock

HOST = "127.0.0.1"
_BEFORE = ("network", "image", "boot")
"""What a task waits for; a server that boots is taken for one that is not there yet."""


def image_of(container: Mapping[str, Any]) -> dict[str, str]:
    """A running container's image, and the digest that its name stands for, as DescribeTasks has
    them: where it is pushed anew under its name, a task started later has another."""
    name = str(container["image"])
    pushed = PUSHED.get(name, 1)
    digest = hashlib.sha256(f"{name} {pushed}".encode()).hexdigest()
    return {"image": name, "imageDigest": f"sha256:{digest}"}


PUSHED: dict[str, int] = {}
"""How often an image was pushed under its name."""


class Task:
    """Runs the first container of ``definition``; ``load_balancers`` are the service's."""

    def __init__(
        self,
        service: Any,
        container: Mapping[str, Any],
        environment: Mapping[str, str],
        *,
        log: Path,
        command: RedashCommand | None,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.service = service.name
        self.cluster_arn = service.cluster_arn
        cluster = service.cluster_name
        self.task_arn = service.cluster_arn.replace(":cluster/", ":task/") + f"/{self.id}"
        self.definition_arn = service.task_definition
        self.load_balancers = list(service.load_balancers)
        self.port = free_port()
        self.stopped_reason = self.stop_code = ""
        self.desired_status = "RUNNING"
        self.created_at = datetime.now(UTC)
        self.pending = True
        """Until its network interface and image are there."""
        self.due = time.monotonic() + sum(clock().seconds(f"ecs.{part}") for part in _BEFORE)
        self.container_name = str(container["name"])
        self.image = image_of(container)
        words = container.get("command") or ["server"]
        role = words[0] if words[0] in {"server", "scheduler"} else "worker"
        variables = {**environment, "PORT": str(self.port)}
        self._cluster = cluster
        self._process = RedashProcess(role, variables, log, command)

    @property
    def last_status(self) -> str:
        """RUNNING while the process runs."""
        if self.pending and self.desired_status == "RUNNING":
            return "PROVISIONING"
        if self._process.running:
            return "RUNNING"
        return "STOPPED" if self.desired_status == "STOPPED" else "DEPROVISIONING"

    @property
    def alive(self) -> bool:
        """Whether it runs and is meant to."""
        return self._process.running and self.desired_status == "RUNNING"

    def start(self) -> None:
        """Start the container."""
        self.pending = False
        self._process.start()

    def stop(
        self, reason: str, code: str = "ServiceSchedulerInitiated", *, after: float = 0.0
    ) -> None:
        """Let it finish what it does, and end it; it is not counted any more while it does."""
        self.desired_status, self.stopped_reason, self.stop_code = "STOPPED", reason, code
        if after:
            timer = threading.Timer(after, self._process.stop)
            timer.daemon = True
            timer.start()
        else:
            self._process.stop()

    def crash(self) -> None:
        """End the container at once, as its own failure would."""
        self._process.kill()

    def targets(self) -> list[tuple[str, dict[str, Any]]]:
        """(target group, target) for each load balancer of the service."""
        target = {"Id": HOST, "Port": self.port}
        return [(one["targetGroupArn"], dict(target)) for one in self.load_balancers]

    def described(self) -> Description:
        """The Task structure of DescribeTasks."""
        details = [{"name": "privateIPv4Address", "value": HOST}]
        description = Description(
            taskArn=self.task_arn,
            clusterArn=self.cluster_arn,
            taskDefinitionArn=self.definition_arn,
            lastStatus=self.last_status,
            desiredStatus=self.desired_status,
            group=f"service:{self.service}",
            launchType="FARGATE",
            createdAt=self.created_at,
            startedAt=self.created_at,
            healthStatus="UNKNOWN",
            stoppedReason=self.stopped_reason,
            **({"stopCode": self.stop_code} if self.stop_code else {}),
            attachments=[
                {"id": self.id, "type": "ElasticNetworkInterface", "status": "ATTACHED",
                 "details": details}
            ],
            containers=[
                {"name": self.container_name, "lastStatus": self.last_status,
                 "taskArn": self.task_arn, **self.image,
                 "networkInterfaces": [{"privateIpv4Address": HOST}]}
            ],
        )  # fmt: skip
        description.task_arn = self.task_arn
        return description


class Description(dict[str, Any]):
    """A structure of the API that moto's ListTasks also asks for its ARN."""

    task_arn: str
