"""A desk made from this function's settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from redash_migration import clock, wiring
from redash_migration.adapters.clients import client
from redash_migration.approval.desk import ChannelDown, Desk, NotSent, Policy
from redash_migration.approval.gate.purposes import CUTOVER, Purpose
from redash_migration.approval.links.stored_keys import keys
from redash_migration.approval.settings import SETTINGS_LIFE_SECONDS, approval_settings
from redash_migration.record.checks import Check
from redash_migration.record.record import Record

if TYPE_CHECKING:
    from redash_migration.adapters.slack.channel import SlackChannel


def desk(record: Record) -> Desk:
    """What the gates of this migration work with, here."""
    from redash_migration.adapters.sns import SnsMail
    from redash_migration.adapters.stepfunctions import StepFunctions

    known = approval_settings()
    return Desk(
        record=record,
        store=wiring.artifacts(record.migration_id),
        keys=keys,
        mail=SnsMail(client("sns"), known.approval_topic_arn, wiring.settings().notice),
        chat=chat(),
        # A gate only sends answers; the machine's own name is not needed for that.
        resumer=StepFunctions(client("stepfunctions"), ""),
        chat_decides=chat_decides(),
        page_url=known.approval_url,
        pause_budget_seconds=wiring.settings().write_pause_budget_seconds,
        clock=clock.now,
    )


def chat() -> SlackChannel | None:
    """The Slack channel, where one is configured."""
    arn = approval_settings().slack_webhook_secret_arn
    if not arn:
        return None
    from redash_migration.adapters.slack.channel import SlackChannel

    return SlackChannel(lambda: _secret(arn), wiring.settings().notice)


def chat_decides() -> bool:
    """Whether buttons in Slack count: a signing secret and somebody who may press them."""
    known = approval_settings()
    return bool(
        known.slack_webhook_secret_arn and known.slack_signing_secret_arn and known.slack_approvers
    )


def policy(purpose: Purpose) -> Policy:
    """Who has to agree, and for how long the question stands."""
    known = approval_settings()
    timeout = known.approval_timeout_hours if purpose is CUTOVER else known.confirm_timeout_hours
    return Policy(
        addresses=known.approvers,
        required=known.required_approvals,
        allow_self=known.allow_self_approval,
        timeout_seconds=timeout.seconds,
        language=wiring.settings().language,
        chat_decides=chat_decides(),
    )


def readiness(requested_by: str) -> list[Check]:
    """The preflight's checks of the approval: people who may answer, mails that will arrive."""
    from redash_migration.adapters.sns import SnsMail
    from redash_migration.approval.gate.readiness import (
        approver_check,
        buttons_check,
        subscription_check,
    )

    known = approval_settings()
    rule = policy(CUTOVER)
    mail = SnsMail(client("sns"), known.approval_topic_arn)
    people = approver_check(
        rule.addresses,
        known.slack_approvers if rule.chat_decides else (),
        required=rule.required,
        allow_self=rule.allow_self,
        requested_by=requested_by,
    )
    webhook, signing = known.slack_webhook_secret_arn, signing_secret()
    return [
        people,
        *([channel_readiness(lambda: _secret(webhook))] if webhook else []),
        *([] if signing is None else [buttons_check(signing)]),
        subscription_check(
            rule.addresses,
            mail.subscriptions(),
            # With buttons in Slack, nobody depends on a mail.
            required=0 if rule.chat_decides else rule.required,
            allow_self=rule.allow_self,
            requested_by=requested_by,
        ),
    ]


def channel_readiness(secret: Callable[[], str]) -> Check:
    """Whether Slack will take the question, by what its secret holds."""
    from redash_migration.adapters.slack.channel import takes_messages
    from redash_migration.approval.gate.readiness import channel_check

    try:
        takes_messages(secret)
    except NotSent as refused:
        return channel_check(str(refused), down=isinstance(refused, ChannelDown))
    return channel_check("", down=False)


def signing_secret() -> Callable[[], str] | None:
    """The Slack app's signing secret, where buttons may decide."""
    arn = approval_settings().slack_signing_secret_arn
    return (lambda: _secret(arn)) if arn else None


def _secret(arn: str) -> str:
    """A secret's text; one that was mended counts within a minute."""
    return _kept(arn, int(time.monotonic() // SETTINGS_LIFE_SECONDS)).strip()


@cache
def _kept(arn: str, period: int) -> str:  # noqa: ARG001 - makes the cache expire
    return wiring.secrets().text(arn)
