"""How a message goes out: by mail and in Slack, once each, failures noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Literal

from redash_migration.approval.desk import Desk, NotSent, Posted
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.messages.channel import CHAT, say
from redash_migration.approval.messages.chat_messages import (
    Blocks,
    letter_blocks,
)
from redash_migration.approval.messages.deliveries import Deliveries
from redash_migration.approval.messages.mails import (
    Letter,
)
from redash_migration.approval.texts import Texts

Sending = Literal["sent", "failed", "not now"]
"""not now: it was sent before, is being sent, or has failed too often or a moment ago."""

UNREACHED = "SNS: no confirmed subscription, the mail would reach nobody"


def say_in_slack(
    desk: Desk, gate: Gate, occasion: str, letter: Letter, now: datetime, *, aloud: bool = False
) -> None:
    """A mail's text in the channel."""
    post_once(desk, gate, occasion, lambda: letter_blocks(letter), now=now, aloud=aloud)


def post_once(
    desk: Desk,
    gate: Gate,
    occasion: str,
    written: Callable[[], tuple[str, Blocks]],
    *,
    now: datetime,
    aloud: bool = False,
) -> Sending:
    """To the channel, in the migration's thread."""
    chat = desk.chat
    if chat is None:
        return "not now"

    def post() -> Posted | None:
        return say(desk.record, chat, *written(), aloud=aloud)

    return send_once(desk, gate, occasion, recipient=CHAT, now=now, send=post)


def mail_each(
    desk: Desk,
    gate: Gate,
    occasion: str,
    *,
    people: Iterable[Approver],
    letter: Callable[[Approver], Letter],
    now: datetime,
) -> bool:
    """Send to each; True when at least one message went out now."""
    asked = list(people)
    if not asked:
        return False
    lost = desk.mail.unreached([person.address for person in asked])
    any_sent = False
    for person in asked:

        def send(person: Approver = person) -> None:
            if person.address in lost:
                raise NotSent(UNREACHED)
            written = letter(person)
            desk.mail.send(person.address, written.subject, written.text)

        sent = send_once(desk, gate, occasion, recipient=person.address, now=now, send=send)
        any_sent |= sent == "sent"
    if lost:
        _say_lost(desk, gate, lost, now)
    return any_sent


def _say_lost(desk: Desk, gate: Gate, lost: list[str], now: datetime) -> None:
    """Who isn't reached by mail, in the channel: once for each set of people."""
    texts = Texts(gate.language)
    text = texts("reach.lost", people=", ".join(lost))
    letter = Letter(f"⚠️ {texts('reach.subject', migration=gate.migration_id)}", text)
    people = sha256(",".join(sorted(lost)).encode()).hexdigest()[:12]
    say_in_slack(desk, gate, f"unreached-{people}", letter, now)


def send_once(
    desk: Desk,
    gate: Gate,
    occasion: str,
    *,
    recipient: str,
    now: datetime,
    send: Callable[[], Posted | None],
) -> Sending:
    """Send unless it is sent or on its way; what went wrong is noted, for another try."""
    deliveries = Deliveries(desk.record.table, gate.migration_id, gate.gate_id)
    claim = deliveries.claim(occasion, recipient, now)
    if claim is None:
        return "not now"
    try:
        posted = send()
    except NotSent as failure:
        deliveries.failed(claim, str(failure))
        desk.record.audit(
            "approval.message_failed",
            purpose=gate.purpose.state,
            occasion=occasion,
            recipient=recipient,
            attempt=claim.attempts,
            failure=str(failure),
        )
        return "failed"
    deliveries.sent(claim, now, posted)
    return "sent"
