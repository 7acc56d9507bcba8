"""Workers may not run before the switch; that their tasks can start is tried all the same.

A task of each worker service's own definition and network, with a command that does nothing: its
image, secrets, log group, roles and subnets are proved by the container's having run at all,
however it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from redash_migration.record import Check

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.function_settings import ProveNewHomeSettings

NOTHING = ["python", "-c", ""]

Trials = Mapping[str, Mapping[str, str]]
"""Service -> ``{"task": ARN, "container": name}``, or ``{"why": why it is not tried}``."""


def begin_trials(ecs: Ecs, settings: ProveNewHomeSettings, *, started_by: str) -> Trials:
    """Start a task for each worker service there is, of roles that may be handed over."""
    services = ecs.services([service.name for service in settings.ecs_worker_services])
    trials: dict[str, dict[str, str]] = {}
    for name, service in services.items():
        container = ecs.container(service.task_definition)
        roles = {container["task role"], container["execution role"]} - {"none"}
        if others := sorted(roles - set(settings.ecs_task_role_arns)):
            trials[name] = {"why": f"EcsTaskRoleArns has not {', '.join(others)}"}
            continue
        once = ecs.run_once(name, NOTHING, started_by=started_by)
        trials[name] = {"task": once.arn, "container": str(container["name"])}
    return trials


def over(ecs: Ecs, trials: Trials) -> bool:
    """Whether each of these tasks has stopped."""
    tasks = [trial["task"] for trial in trials.values() if "task" in trial]
    return all(ecs.task(arn).status == "STOPPED" for arn in tasks)


def judged(ecs: Ecs, trials: Trials) -> Check:
    """What became of them."""
    failed, untried = [], []
    for name, trial in trials.items():
        if "task" not in trial:
            untried.append(f"{name}: {trial['why']}")
            continue
        task = ecs.task(trial["task"])
        if trial["container"] not in task.exit_codes:
            failed.append(f"{name}: {task.reason or f'its task is {task.status}'}")
    if failed:
        return Check(
            "proof.worker_tasks",
            "FAIL",
            f"a task of these services does not start: {'; '.join(failed)}"[:2000],
            "See the stopped task's reason in ECS: image, secrets, log group, roles, network.",
        )
    if untried:
        return Check(
            "proof.worker_tasks",
            "WARN",
            f"whether its task starts is not tried: {'; '.join(untried)}"[:2000],
            "Name these roles in EcsTaskRoleArns too, so that it is known before the switch.",
        )
    return Check("proof.worker_tasks", "PASS", f"a task of each of {len(trials)} services starts")
