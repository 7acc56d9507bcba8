"""Every minute: look at what is waited for, because an event may be lost."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from redash_migration import wiring
from redash_migration.approval import announce_again, ask_starter, follow_up
from redash_migration.clock import now
from redash_migration.errors import TransientFailure
from redash_migration.function_settings import PeopleSettings
from redash_migration.host.waiting import KINDS
from redash_migration.reconcile import Answer, reconcile
from redash_migration.record import Record
from redash_migration.replication.guard import guard_approval, guard_confirmation
from redash_migration.replication.waiting import (
    ANSWERS,
    answer_task_wait,
    urge_replication_to_stop,
)
from redash_migration.settings import with_settings
from redash_migration.traffic.errors_seen import count_errors

logger = Logger(service="redash-migration")


@with_settings(PeopleSettings)
def handler(event: dict[str, Any], context: Any, settings: PeopleSettings) -> dict[str, Any]:
    """A scheduled event -> ``{migration_id, looked_at}``; raises when a wait gave trouble."""
    resumer = wiring.resumer()

    def answers_of(record: Record) -> dict[str, Answer]:
        steps = wiring.host_steps(record)
        answers: dict[str, Answer] = dict.fromkeys(KINDS, steps.answer)
        answers["RequestApproval"] = lambda wait: guard_approval(
            record, wiring.dms(), resumer, wait
        )
        answers["ConfirmCutover"] = lambda wait: guard_confirmation(record, resumer, wait)
        for kind in ANSWERS:
            answers[kind] = lambda wait: answer_task_wait(record, wiring.dms(), resumer, wait)
        answers["StopReplication"] = lambda wait: urge_replication_to_stop(
            record, wiring.dms(), resumer, wait
        )
        return answers

    def look_after(record: Record) -> None:
        count_errors(record, wiring.answer_metrics(), settings.target_group_arn)
        follow_up(record, now())
        ask_starter(record)

    done = reconcile(
        wiring.ownership(),
        wiring.record,
        resumer,
        resumer,
        answers_of,
        look_after,
        announce_again,
    )
    if done.oldest_wait_seconds is not None:
        logger.info("waits", extra={"oldest_wait_seconds": done.oldest_wait_seconds})
    if done.problems:
        logger.warning("; ".join(done.problems))
        raise TransientFailure("; ".join(done.problems)[:1000])
    return {"migration_id": done.migration_id, "looked_at": list(done.looked_at)}
