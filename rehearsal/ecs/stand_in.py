"""ECS whose desired counts are met: by processes on this machine, in place of moto's pretence."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from moto.ecs.exceptions import InvalidParameterException

from rehearsal.cloud.backends import DEFAULT_REGION, backend
from rehearsal.ecs.once import OnceTask
from rehearsal.ecs.secrets import Clients, SecretMissing, environment_of
from rehearsal.ecs.service import ServiceControl
from rehearsal.ecs.task import Task
from rehearsal.redash.command import RedashCommand

ROUND_SECONDS = 0.2
OVERRIDES_LIMIT = 8192
"""Characters that the overrides of RunTask may have (Amazon ECS API Reference)."""

_LOG = logging.getLogger(__name__)


class EcsStandIn:
    """Runs the tasks of all services.

    ``redash_command`` replaces the stand-in of Redash. Target groups get 127.0.0.1 and the task's
    port; the load balancer of the rehearsal takes several tasks of one address.
    """

    def __init__(
        self,
        cloud: Clients,
        directory: Path,
        *,
        redash_command: str = "",
        region: str = DEFAULT_REGION,
    ) -> None:
        self._cloud = cloud
        self._logs = directory / "ecs"
        self._command = RedashCommand(redash_command, "new") if redash_command else None
        self._ecs = backend("ecs", region)
        self._elbv2 = backend("elbv2", region)
        self._controls: dict[str, ServiceControl] = {}
        self._once: list[OnceTask] = []
        self._stopped = Event()
        self._changed = Event()
        self._lock = RLock()
        self._thread = Thread(target=self._run, name="ecs", daemon=True)

    def install(self) -> None:
        """Meet the desired counts from here on, and answer for the tasks."""
        self._moto_update = self._ecs.update_service
        self._ecs.update_service = self._update_service
        self._ecs.describe_tasks = self._describe_tasks
        self._ecs.list_tasks = self._list_tasks
        self._ecs.stop_task = self._stop_task
        self._ecs.run_task = self._run_task
        self._thread.start()

    def stop(self) -> None:
        """End all tasks and meet no more counts."""
        self._stopped.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(10)
        with self._lock:
            for control in self._controls.values():
                control.stop()
            for once in self._once:
                once.stop("the rehearsal ends")

    def tasks(self, service: str = "") -> list[Task]:
        """The tasks that run now, of one service if named."""
        with self._lock:
            controls = list(self._controls.values())
        running = [task for control in controls for task in control.tasks if task.alive]
        return [task for task in running if service in {"", task.service}]

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                for key in list(self._ecs.services):
                    try:
                        self._control(key).reconcile()
                    except Exception:
                        _LOG.exception("service %s could not be brought to its count", key)
            self._changed.wait(ROUND_SECONDS)
            self._changed.clear()

    def _control(self, key: str) -> ServiceControl:
        service = self._ecs.services[key]
        if key not in self._controls:
            self._controls[key] = ServiceControl(
                service, self._task, self._elbv2.register_targets, self._leave
            )
        return self._controls[key]

    def _task(self, service: Any) -> Task:
        definition = self._ecs.describe_task_definition(service.task_definition)
        container = definition.container_definitions[0]
        log = self._logs / f"{service.name}.log"
        try:
            environment = environment_of(container, self._cloud)
        except SecretMissing as missing:
            task = Task(service, container, {}, log=log, command=self._command)
            task.stop(
                f"ResourceInitializationError: unable to pull secrets or registry auth: {missing}",
                "TaskFailedToStart",
            )
            return task
        return Task(service, container, environment, log=log, command=self._command)

    def _leave(self, group: str, targets: list[dict[str, Any]]) -> None:
        with contextlib.suppress(Exception):  # a deleted group, or a target already out of it
            self._elbv2.deregister_targets(group, targets)

    def _update_service(self, properties: dict[str, Any]) -> Any:
        service = self._moto_update(properties)
        key = f"{service.cluster_name}:{service.name}"
        self._control(key).refresh()
        self._changed.set()
        return service

    def _run_task(
        self,
        cluster: str,
        task_definition: str,
        count: int,
        overrides: Any,
        started_by: str,
        *_: object,
    ) -> list[Any]:
        """RunTask: one process with another command; the limit of the overrides is kept."""
        if count != 1:
            raise InvalidParameterException("here, tasks are run one by one")
        if len(json.dumps(overrides or {})) > OVERRIDES_LIMIT:
            raise InvalidParameterException("Container overrides are too long")
        definition = self._ecs.describe_task_definition(task_definition)
        container = definition.container_definitions[0]
        override = (overrides or {}).get("containerOverrides", [{}])[0]
        refused, environment = "", {}
        try:
            environment = environment_of(container, self._cloud)
        except SecretMissing as missing:
            refused = str(missing)
        started = OnceTask(
            cluster.rpartition("/")[2],
            definition.arn,
            container,
            environment,
            command=override.get("command") or container.get("command") or [],
            cloud=self._cloud,
            started_by=started_by,
            redash=self._command,
        )
        if refused:
            started.fail(refused)
        else:
            started.start()
        self._once.append(started)
        return [started.described()]

    def _all(self) -> list[Task | OnceTask]:
        tasks = [task for control in list(self._controls.values()) for task in control.tasks]
        return [*tasks, *self._once]

    def _describe_tasks(self, _cluster: str, tasks: list[str]) -> list[Any]:
        wanted = {name.rpartition("/")[2] for name in tasks}
        return [task.described() for task in self._all() if task.id in wanted]

    def _list_tasks(self, cluster: str, *conditions: str | None) -> list[Any]:
        # In moto's order: container instance, family, started by, service, desired status.
        _, family, started_by, service, status = (*conditions, None, None, None, None, None)[:5]
        found = []
        for task in self._all():
            named = task.definition_arn.rpartition("/")[2].partition(":")[0]
            if (
                cluster.rpartition("/")[2] == task.cluster_arn.rpartition("/")[2]
                and family in {None, named}
                and started_by in {None, "", getattr(task, "started_by", "")}
                and (service or "").rpartition("/")[2] in {"", task.service}
                and task.desired_status == (status or "RUNNING")
            ):
                found.append(task.described())
        return found

    def _stop_task(self, _cluster: str, task_str: str, reason: str) -> Any:
        for task in self._all():
            if task.id == task_str.rpartition("/")[2]:
                task.crash()
                task.stopped_reason = reason
                return task.described()
        raise LookupError(f"no task {task_str}")
