"""EndReplication: the forward replication task is deleted, and its slot with it."""

from __future__ import annotations

from typing import Any

from redash_migration import wiring
from redash_migration.approval.gate.purposes import CONFIRM
from redash_migration.approval.gate.seal import demand
from redash_migration.approval.links.stored_keys import keys
from redash_migration.function_settings import TaskEndSettings
from redash_migration.homecoming.traffic import serving_targets
from redash_migration.precedence import turn_to_return
from redash_migration.replication.configuration import delete_task, task_identifier
from redash_migration.settings import with_settings
from redash_migration.step import step

WAITING_SECONDS = 600.0
"""How long what leads out of an earlier return is waited for; then this step is tried again."""


@with_settings(TaskEndSettings)
@step("EndReplication", phases=("forward", "return"))
def handler(event: dict[str, Any], context: Any, settings: TaskEndSettings) -> dict[str, Any]:
    """``{migration_id}`` -> ``{targets: [{host, port}]}``, who answers users in the new home.

    Raises TransientFailure while the task is still there, NotApproved unless people have said that
    everything goes home.
    """
    record = wiring.record(event["migration_id"])
    demand(record, keys(), CONFIRM, CONFIRM.refuse)
    turn_to_return(record, WAITING_SECONDS, died=wiring.died)
    prefix = settings.replication_task_prefix
    delete_task(wiring.dms(), task_identifier(prefix, event["migration_id"]))
    return {"targets": serving_targets(wiring.load_balancing(), settings.target_group_arn)}
