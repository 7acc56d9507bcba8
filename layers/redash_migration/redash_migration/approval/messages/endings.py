"""The last message: how it ended, to everybody who was concerned, once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from redash_migration.approval.desk import Chat, Mail, NotSent, Posted
from redash_migration.approval.messages.channel import ANSWERED, CHAT, questions, say
from redash_migration.approval.messages.chat_messages import Blocks, letter_blocks
from redash_migration.approval.messages.deliveries import Deliveries
from redash_migration.approval.messages.mails import Letter
from redash_migration.approval.messages.sending import UNREACHED
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.standing.ending_words import (
    ANSWERS,
    REFUSED,
    after_that,
    ended_title,
    failed_checks,
    not_taken_back,
    nothing_lost,
    why,
)
from redash_migration.approval.texts import Texts
from redash_migration.record.record import Record


def send_ending(
    record: Record,
    ending: Ending,
    approvers: Sequence[str],
    *,
    starter: str = "",
    mail: Mail,
    chat: Chat | None,
    texts: Texts,
    now: datetime,
) -> None:
    """To each approver, to who started it, to the channel; one that fails holds up no other."""
    letter = ending_letter(texts, record.migration_id, ending)
    everybody = [*approvers, *([starter] if starter else [])]
    # Who started it need not be subscribed: then it is noted, and nobody is woken.
    lost = mail.unreached(approvers) + mail.unreached(everybody[len(approvers) :], quietly=True)
    for address in everybody:

        def send(address: str = address) -> None:
            if address in lost:
                raise NotSent(UNREACHED)
            mail.send(address, letter.subject, letter.text)

        _once(record, ending, address, send, now)
    if chat is not None:
        text, blocks = _marked(letter, ending)
        _once(record, ending, CHAT, lambda: say(record, chat, text, blocks, aloud=True), now)
        _close_questions(record, chat, text, blocks, now)


def _close_questions(record: Record, chat: Chat, text: str, blocks: Blocks, now: datetime) -> None:
    """What nobody answered asks nothing any more: its message says how it ended."""
    for asked in questions(record):
        deliveries = Deliveries(record.table, record.migration_id, asked.about)
        claim = deliveries.claim(f"{ANSWERED}{asked.occasion}", CHAT, now)
        if claim is None:
            continue
        try:
            chat.update(asked.posted, text, blocks)
        except NotSent as failure:
            deliveries.failed(claim, str(failure))
        else:
            deliveries.sent(claim, now)


def ending_letter(texts: Texts, migration_id: str, ending: Ending) -> Letter:
    """Outcome, who serves, what was lost, why, what is next."""
    title = ended_title(texts, ending)
    serves = texts(f"status.serves.{ending.serves}")
    lines = [title, f"{texts('status.serves')}: {serves}"]
    if lost := nothing_lost(texts, ending):
        lines.append(lost)
    if ending.write_pause_seconds is not None and ending.serves != "nobody":
        pause = texts.figures.duration(ending.write_pause_seconds)
        lines.append(f"{texts('status.pause_label')}: {pause}")
    if reason := why(texts, ending):
        lines.append(f"{texts('ended.why')}: {reason}")
    if ending.failures:
        lines += [
            f"{texts('ended.checks')}:",
            *failed_checks(texts, ending),
        ]
    if ending.not_taken_back:
        lines += [f"{texts('ended.not_taken_back')}:", *not_taken_back(texts, ending)]
    lines += ["", f"{texts('ended.next')}: {after_that(texts, ending)}"]
    lines.append(texts("ended.report", key=f"{migration_id}/report.html"))
    named = ending.failures and ending.mode != "preflight" and ending.error != REFUSED
    kind = "ended.subject_checks" if named else "ended.subject"
    subject = texts(kind, title=title, migration=migration_id, count=len(ending.failures))
    return Letter(subject, "\n".join(lines) + "\n")


def _marked(letter: Letter, ending: Ending) -> tuple[str, Blocks]:
    """With a sign of how bad it is: a rejection is an answer and no alarm."""
    if ending.status == "SUCCEEDED":
        mark = "⌛" if ending.unanswered else "✅"
    elif ending.status == "FAILED" and ending.mode != "preflight":
        mark = "🚨"
    else:
        mark = "↩️" if ending.error in ANSWERS or ending.status == "RETURNED" else "⚠️"
    return letter_blocks(Letter(f"{mark} {letter.subject}", letter.text))


def _once(
    record: Record,
    ending: Ending,
    recipient: str,
    send: Callable[[], Posted | None],
    now: datetime,
) -> None:
    deliveries = Deliveries(record.table, record.migration_id, "ending")
    claim = deliveries.claim(ending.status, recipient, now)
    if claim is None:
        return
    try:
        posted = send()
    except NotSent as failure:
        deliveries.failed(claim, str(failure))
        record.audit("ending.message_failed", recipient=recipient, failure=str(failure))
        return
    deliveries.sent(claim, now, posted)
    record.audit("ending.told", recipient=recipient)
