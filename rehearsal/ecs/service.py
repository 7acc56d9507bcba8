"""One service: as many tasks as desired, and figures that are true."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rehearsal.ecs.task import Task
from rehearsal.timing import clock

BACK_OFF = 1.0
"""Seconds before a task that ended by itself is started again."""

StartTask = Callable[[Any], Task]
Targets = Callable[[str, list[dict[str, Any]]], None]


class ServiceControl:
    """Brings the tasks of moto's ``service`` to the desired count, one round at a time."""

    def __init__(
        self, service: Any, start: StartTask, register: Targets, deregister: Targets
    ) -> None:
        self._service = service
        self._start = start
        self._register = register
        self._deregister = deregister
        self._not_before = 0.0
        self._steady_at: int | None = 0
        self.tasks: list[Task] = []

    def reconcile(self) -> None:
        """Forget what has ended, stop what is too much, start what is missing."""
        for task in [task for task in self._current() if not (task.alive or task.pending)]:
            self._ended(task)
        wanted = 0 if self._service.status != "ACTIVE" else int(self._service.desired_count)
        outdated = [
            task for task in self._current() if task.definition_arn != self._service.task_definition
        ]
        surplus = outdated or self._current()[wanted:]
        for task in surplus:
            self._stop(task)
        while len(self._current()) < wanted and time.monotonic() >= self._not_before:
            self._start_one()
        for task in self._current():
            if task.pending and time.monotonic() >= task.due:
                self._begin(task)
        self.refresh()

    def refresh(self) -> None:
        """Write the true figures into moto's service."""
        running = sum(task.alive for task in self.tasks)
        desired = int(self._service.desired_count)
        self._service.running_count = running
        self._service.pending_count = max(0, desired - running)
        for deployment in self._service.deployments:
            deployment |= {
                "desiredCount": desired,
                "runningCount": running,
                "pendingCount": self._service.pending_count,
                "taskDefinition": self._service.task_definition,
                "rolloutState": "COMPLETED" if running == desired else "IN_PROGRESS",
            }
        if running != desired:
            self._steady_at = None
        elif self._steady_at != desired:
            self._steady_at = desired
            self._say("has reached a steady state.")

    def stop(self) -> None:
        """End all tasks, whatever is desired, and what is ending still."""
        for task in self.tasks:
            task.stop("the rehearsal ends")

    def _current(self) -> list[Task]:
        return [task for task in self.tasks if task.desired_status == "RUNNING"]

    def _start_one(self) -> None:
        task = self._start(self._service)
        self.tasks.append(task)
        if task.desired_status == "STOPPED":  # it lacks something, and always will
            self._not_before = time.monotonic() + BACK_OFF
            self._say(f"was unable to start a task: {task.stopped_reason}.")
            return
        self._say(f"has started 1 tasks: (task {task.id}).")

    def _begin(self, task: Task) -> None:
        """Network and image are there: the container runs, and its targets are registered."""
        task.start()
        for group, target in task.targets():
            self._register(group, [target])
            self._say(f"registered 1 targets in (target-group {group})")

    def _stop(self, task: Task) -> None:
        self._leave(task)
        task.stop("Scaling activity initiated by deployment", after=clock().seconds("ecs.stop"))
        self._say(f"has stopped 1 running tasks: (task {task.id}).")

    def _ended(self, task: Task) -> None:
        self._leave(task)
        task.stop("Essential container in task exited", "EssentialContainerExited")
        self._not_before = time.monotonic() + BACK_OFF
        self._say(f"(task {task.id}) stopped: Essential container in task exited.")

    def _leave(self, task: Task) -> None:
        if task.pending:
            return
        for group, target in task.targets():
            self._deregister(group, [target])

    def _say(self, text: str) -> None:
        event = {
            "id": str(uuid.uuid4()),
            "createdAt": datetime.now(UTC),
            "message": f"(service {self._service.name}) {text}",
        }
        self._service.events = [event, *self._service.events][:100]
