"""ProveNewHome: both homes asked at once, the new one by a task of its own in its own network."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

from redash_migration.clock import seconds_between, stamp
from redash_migration.errors import NewHomeNotProven
from redash_migration.host import commands as on_the_host
from redash_migration.host.command import PENDING
from redash_migration.host.inspection import paused, queued, worker_processes
from redash_migration.host.queues import backlog
from redash_migration.record import Record
from redash_migration.traffic.new_home import worker_trials
from redash_migration.traffic.new_home.unchanged import as_proven, note_home, note_images
from redash_migration.traffic.proof.answers import (
    ANSWERING,
    OLD_ANSWERS,
    TARGET_FACT,
    old_answers,
    proof,
)
from redash_migration.traffic.proof.in_redash.program import program
from redash_migration.traffic.proof.outcome import (
    ended_check,
    judged,
    not_asked,
    old_home_check,
    settings_checks,
)

if TYPE_CHECKING:
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.logs import Logs
    from redash_migration.adapters.ssm import RunCommand
    from redash_migration.function_settings import ProveNewHomeSettings

ATTEMPT = "proof_attempt"
LONGEST_SECONDS = 420
"""An image may take minutes to arrive; the proof itself ends within one and a half."""


def proof_command(key: str) -> list[str]:
    """The container's command: the proof, packed, because overrides may have 8,192 characters.

    Amazon ECS API Reference, RunTask, "overrides".
    """
    packed = base64.b85encode(zlib.compress(program().encode(), 9)).decode("ascii")
    start = f"import base64,zlib;exec(zlib.decompress(base64.b85decode({packed!r})))"
    return ["python", "-c", start, key]


def prove(
    record: Record, *, ecs: Ecs, logs: Logs, commands: RunCommand, settings: ProveNewHomeSettings
) -> dict[str, Any]:
    """``{"proven": bool, "waiting_for": str, "waited": seconds}``; to be called again until proven.

    NewHomeNotProven when the new home can't work as it is; what only answers worse than before is
    a WARN, which people see on the approval page.
    """
    key = str(record.require_fact("fingerprint_key")["key"])
    attempt = record.fact(ATTEMPT)
    if attempt is None or attempt.get("run") != record.run():  # redriven: asked anew
        note_home(record, ecs, settings)
        attempt = _begin(record, ecs, commands, settings, key)
    waited = seconds_between(str(attempt["began"]), stamp(record.clock()))
    task = ecs.task(str(attempt["task"])) if attempt["task"] else None
    command = commands.look(str(attempt["command"]))
    running = [
        what
        for what, over in (
            ("the task in the new network", task is None or task.status == "STOPPED"),
            ("the tasks of the workers", worker_trials.over(ecs, attempt["workers"])),
            ("the old server", command is not None and command.status not in PENDING),
        )
        if not over
    ]
    if running and waited < LONGEST_SECONDS:
        what = f"answers of {' and '.join(running)}"
        return {"proven": False, "waiting_for": what, "waited": waited}
    said = command.stdout.split("\n") if command is not None else []
    record.put_fact(OLD_ANSWERS, old_answers(said))
    record.checks.put(*backlog(queued("\n".join(said))))
    if task is not None:
        note_images(record, task.images)
    same = as_proven(record, ecs, settings.ecs_server_service.name)
    record.checks.put(same)
    if same.status != "PASS":  # while it was asked
        raise NewHomeNotProven(f"{same.id}: {same.detail}")
    if task is None:
        record.checks.put(not_asked(str(attempt["why"])))
        return {"proven": True, "waiting_for": "", "waited": waited}
    heard = logs.lines(str(attempt["group"]), str(attempt["stream"]))
    target = record.fact(TARGET_FACT)
    checks = [
        ended_check(proof(heard), task.reason),
        old_home_check(old_answers(said), proof(said)),
    ]
    checks += [worker_trials.judged(ecs, attempt["workers"])] if attempt["workers"] else []
    stopped = paused("\n".join(said))
    workers = worker_processes("\n".join(said))
    checks += judged(
        proof(heard), proof(said), ecs, settings, target=target, stopped=stopped, workers=workers
    )
    checks += settings_checks(record, proof(heard), ecs, settings, key)
    record.checks.put(*checks)
    found = proof(heard).sources
    there = [number for number, one in sorted(found.items()) if one["state"] == "answers"]
    record.put_fact(ANSWERING, {"data_sources": there})
    failed = [check for check in checks if check.status in {"FAIL", "UNKNOWN"}]
    if failed:
        raise NewHomeNotProven("; ".join(f"{one.id}: {one.detail}" for one in failed)[:4000])
    return {"proven": True, "waiting_for": "", "waited": waited}


def _begin(
    record: Record, ecs: Ecs, commands: RunCommand, settings: ProveNewHomeSettings, key: str
) -> dict[str, Any]:
    command = commands.send(
        on_the_host.prove(
            settings.compose_directory, str(record.require_fact("source")["database"]), key
        ),
        comment=f"{record.migration_id} ProveNewHome",
        seconds=180,
    )
    attempt: dict[str, Any] = {
        "run": record.run(), "command": command, "began": stamp(record.clock()),
        "task": "", "group": "", "stream": "", "workers": {},
        "why": "EcsLogGroup and EcsTaskRoleArns are not given",
    }  # fmt: skip
    service = settings.ecs_server_service.name
    logs_to = _log_group(ecs, service) if settings.ecs_log_group else ""
    if settings.ecs_log_group and logs_to != settings.ecs_log_group:
        attempt["why"] = (
            f"the server's container logs to {logs_to or 'nothing that can be read'}, not to"
            f" EcsLogGroup ({settings.ecs_log_group})"
        )
    elif settings.ecs_log_group and settings.ecs_task_role_arns:
        record.undo.add("stop_proof", {"started_by": record.migration_id}, where="aws")
        once = ecs.run_once(service, proof_command(key), started_by=record.migration_id)
        attempt |= {"task": once.arn, "group": once.log_group, "stream": once.log_stream}
        by = record.migration_id
        attempt["workers"] = worker_trials.begin_trials(ecs, settings, started_by=by)
    record.put_fact(ATTEMPT, attempt)
    return attempt


def _log_group(ecs: Ecs, service: str) -> str:
    """Where the service's container writes; "" where that is no log group."""
    found = ecs.services([service])
    logs = ecs.container(found[service].task_definition) if service in found else {}
    return str(logs.get("logConfiguration", {}).get("options", {}).get("awslogs-group", ""))
