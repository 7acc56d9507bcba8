"""A desk made from this function's settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from redash_migration import clock, wiring
from redash_migration.adapters.clients import client
from redash_migration.approval.desk import Desk, Policy
from redash_migration.approval.gate.purposes import CUTOVER, Purpose
from redash_migration.approval.links.keyring import KeyRing, parse_keys
from redash_migration.record.checks import Check
from redash_migration.record.record import Record

if TYPE_CHECKING:
    from redash_migration.adapters.slack import SlackChannel

KEYS_LIFE_SECONDS = 300.0
"""How long keys are kept in memory: a rotated key is known everywhere after this time."""


def desk(record: Record) -> Desk:
    """What the gates of this migration work with, here."""
    from redash_migration.adapters.sns import SnsMail
    from redash_migration.adapters.stepfunctions import StepFunctions

    settings = wiring.settings()
    return Desk(
        record=record,
        store=wiring.artifacts(record.migration_id),
        keys=keys,
        mail=SnsMail(client("sns"), settings["APPROVAL_TOPIC_ARN"]),
        chat=chat(),
        # A gate only sends answers; the machine's own name is not needed for that.
        resumer=StepFunctions(client("stepfunctions"), ""),
        chat_decides=chat_decides(),
        pause_budget_seconds=settings.number("WRITE_PAUSE_BUDGET_SECONDS"),
        clock=clock.now,
    )


def chat() -> SlackChannel | None:
    """The Slack channel, where one is configured."""
    arn = wiring.settings()["SLACK_WEBHOOK_SECRET_ARN"]
    if not arn:
        return None
    from redash_migration.adapters.slack import SlackChannel

    return SlackChannel(lambda: _secret(arn))


def chat_decides() -> bool:
    """Whether buttons in Slack count: a signing secret and somebody who may press them."""
    settings = wiring.settings()
    return bool(
        settings["SLACK_WEBHOOK_SECRET_ARN"]
        and settings["SLACK_SIGNING_SECRET_ARN"]
        and settings.names("SLACK_APPROVERS")
    )


def policy(purpose: Purpose) -> Policy:
    """Who has to agree, and for how long the question stands."""
    settings = wiring.settings()
    timeout = "APPROVAL_TIMEOUT_SECONDS" if purpose is CUTOVER else "CONFIRM_TIMEOUT_SECONDS"
    return Policy(
        addresses=settings.names("APPROVERS"),
        required=settings.number("REQUIRED_APPROVALS"),
        allow_self=settings.flag("ALLOW_SELF_APPROVAL"),
        timeout_seconds=settings.number(timeout),
        language=settings["LANGUAGE"],
        base_url=settings["APPROVAL_URL"],
        chat_decides=chat_decides(),
    )


def readiness(requested_by: str) -> list[Check]:
    """The preflight's checks of the approval: people who may answer, mails that will arrive."""
    from redash_migration.adapters.sns import SnsMail
    from redash_migration.approval.gate.readiness import approver_check, subscription_check

    settings = wiring.settings()
    rule = policy(CUTOVER)
    mail = SnsMail(client("sns"), settings["APPROVAL_TOPIC_ARN"])
    people = approver_check(
        rule.addresses,
        settings.names("SLACK_APPROVERS") if rule.chat_decides else (),
        required=rule.required,
        allow_self=rule.allow_self,
        requested_by=requested_by,
    )
    return [
        people,
        subscription_check(
            rule.addresses,
            mail.subscriptions(),
            # With buttons in Slack, nobody depends on a mail.
            required=0 if rule.chat_decides else rule.required,
            allow_self=rule.allow_self,
            requested_by=requested_by,
        ),
    ]


def keys() -> KeyRing:
    """The keys that sign links, read again every five minutes."""
    arn = wiring.settings()["LINK_SIGNING_SECRET_ARN"]
    return _keys(arn, int(time.monotonic() // KEYS_LIFE_SECONDS))


@cache
def _keys(arn: str, period: int) -> KeyRing:  # noqa: ARG001 - the period makes the cache expire
    return parse_keys(_version(arn, "AWSCURRENT"), previous=_version(arn, "AWSPREVIOUS"))


def _version(arn: str, stage: str) -> str:
    """One version of a secret; empty when there is no earlier one."""
    from botocore.exceptions import ClientError

    try:
        answer = client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=stage)
    except ClientError as error:
        missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
        if missing and stage != "AWSCURRENT":
            return ""
        raise
    return str(answer["SecretString"])


@cache
def _secret(arn: str) -> str:
    return wiring.secrets().text(arn)


def signing_secret() -> Callable[[], str] | None:
    """The Slack app's signing secret, where buttons may decide."""
    arn = wiring.settings()["SLACK_SIGNING_SECRET_ARN"]
    return (lambda: _secret(arn)) if arn else None
