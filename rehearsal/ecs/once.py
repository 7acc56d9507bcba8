"""A task that RunTask starts: one process with a command of its own, its output in a log stream."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION
from rehearsal.ecs.secrets import Clients
from rehearsal.ecs.task import Description, image_of
from rehearsal.redash.command import PYTHON, RedashCommand

IMAGE = Path(__file__).parents[1] / "redash" / "image"


class OnceTask:
    """Started once; what it writes is in its stream when it has stopped, as with awslogs."""

    def __init__(
        self,
        cluster: str,
        definition_arn: str,
        container: Mapping[str, Any],
        environment: Mapping[str, str],
        *,
        command: Sequence[str],
        cloud: Clients,
        started_by: str = "",
        redash: RedashCommand | None = None,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.service = ""
        self.started_by = started_by
        place = f"{DEFAULT_REGION}:{ACCOUNT}"
        self.cluster_arn = f"arn:aws:ecs:{place}:cluster/{cluster}"
        self.task_arn = f"arn:aws:ecs:{place}:task/{cluster}/{self.id}"
        self.definition_arn = definition_arn
        self.desired_status = "RUNNING"
        self.stopped_reason = ""
        self.created_at = datetime.now(UTC)
        self._container = container
        self._image = image_of(container)
        self._environment = environment
        self._command = list(command)
        self._cloud = cloud
        self._redash = redash
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False

    @property
    def last_status(self) -> str:
        """STOPPED once the process has ended and its output has been delivered."""
        return "STOPPED" if self._over else "RUNNING"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return not self._over

    def start(self) -> None:
        """Start the container; without a log group of its own there is none (awslogs)."""
        options = self._container.get("logConfiguration", {}).get("options", {})
        if (group := options.get("awslogs-group")) and not self._has_group(group):
            self.fail(
                "ResourceInitializationError: failed to validate logger args: failed to create"
                f" Cloudwatch log stream: ResourceNotFoundException: {group} does not exist."
            )
            return
        words, environment = self._called()
        self._process = subprocess.Popen(
            words,
            cwd=IMAGE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        Thread(target=self._deliver, args=[self._process], daemon=True).start()

    def _called(self) -> tuple[list[str], dict[str, str]]:
        """The argument list, and the environment."""
        if self._redash is not None:
            role = self._command[0] if self._command else "server"
            words = self._redash.words(*self._command)
            return words, self._redash.environment(role, self._environment)
        program, *arguments = self._command
        return [sys.executable if program == PYTHON else program, *arguments], {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([str(IMAGE), *filter(None, sys.path)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            **self._environment,
        }

    def _has_group(self, name: str) -> bool:
        answer = self._cloud.client("logs").describe_log_groups(logGroupNamePrefix=name)
        return name in [one["logGroupName"] for one in answer["logGroups"]]

    def fail(self, reason: str) -> None:
        """Stopped before a container ran."""
        self.stopped_reason, self.desired_status, self._over = reason, "STOPPED", True

    def stop(self, reason: str) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self.stopped_reason = reason
            self._process.kill()

    def crash(self) -> None:
        """End it at once."""
        self.stop("stopped")

    def _deliver(self, process: subprocess.Popen[bytes]) -> None:
        output, _ = process.communicate()
        options = self._container.get("logConfiguration", {}).get("options", {})
        if options:
            prefix, name = options["awslogs-stream-prefix"], self._container["name"]
            logs, stream = self._cloud.client("logs"), f"{prefix}/{name}/{self.id}"
            logs.create_log_stream(logGroupName=options["awslogs-group"], logStreamName=stream)
            now = int(time.time() * 1000)
            lines = output.decode("utf-8", "replace").splitlines()
            events = [{"timestamp": now, "message": line} for line in lines if line]
            if events:
                logs.put_log_events(
                    logGroupName=options["awslogs-group"], logStreamName=stream, logEvents=events
                )
        self.stopped_reason = self.stopped_reason or "Essential container in task exited"
        self.desired_status = "STOPPED"
        self._over = True

    def described(self) -> Description:
        """The Task structure of DescribeTasks."""
        code = self._process.returncode if self._process and self._over else None
        name = str(self._container["name"])
        container: dict[str, Any] = {
            "name": name,
            "lastStatus": self.last_status,
            "taskArn": self.task_arn,
            **self._image,
        }
        if code is not None:
            container["exitCode"] = code
        description = Description(
            taskArn=self.task_arn,
            clusterArn=self.cluster_arn,
            taskDefinitionArn=self.definition_arn,
            lastStatus=self.last_status,
            desiredStatus=self.desired_status,
            launchType="FARGATE",
            createdAt=self.created_at,
            stoppedReason=self.stopped_reason if self._over else "",
            containers=[container],
        )
        description.task_arn = self.task_arn
        return description
