"""Which message goes to whom, once each; a channel that fails holds up no other."""

from __future__ import annotations

from datetime import datetime

from redash_migration.approval.desk import Desk, Posted
from redash_migration.approval.evidence.contents import Evidence, changed_parts
from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.links.link import VIEWER, Link
from redash_migration.approval.messages.channel import ANSWERED, CHAT, questions
from redash_migration.approval.messages.chat_messages import (
    Blocks,
    outcome_blocks,
    request_blocks,
)
from redash_migration.approval.messages.deliveries import Deliveries
from redash_migration.approval.messages.mails import (
    Letter,
    outcome_mail,
    planned_mail,
    reminder_mail,
    request_mail,
    unplanned_mail,
)
from redash_migration.approval.messages.posting import (
    mail_each,
    post_once,
    say_in_slack,
    send_once,
)
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import changes_text

REQUEST = "request"
OUTCOME = "outcome"


def send_requests(desk: Desk, gate: Gate, evidence: Evidence, now: datetime) -> int:
    """The question to everybody who has not got it yet; returns how many channels took it."""
    texts = Texts(gate.language)

    def letter(person: Approver) -> Letter:
        return request_mail(texts, gate, evidence, link_for(desk, gate, person.key))

    mail_each(desk, gate, REQUEST, people=_unanswered(gate), letter=letter, now=now)
    _post_question(desk, gate, evidence, REQUEST, now)
    return len(Deliveries(desk.record.table, gate.migration_id, gate.gate_id).reached(REQUEST))


def send_reminders(desk: Desk, gate: Gate, evidence: Evidence, percent: int, now: datetime) -> None:
    """The question again, to those who have not answered."""
    texts = Texts(gate.language)

    def letter(person: Approver) -> Letter:
        return reminder_mail(texts, gate, evidence, link_for(desk, gate, person.key), now)

    occasion = f"reminder-{percent}"
    if mail_each(desk, gate, occasion, people=_unanswered(gate), letter=letter, now=now):
        desk.record.audit(
            "approval.reminded", purpose=gate.purpose.state, gate=gate.gate_id, percent=percent
        )
    _post_question(desk, gate, evidence, occasion, now)


def send_planned(desk: Desk, gate: Gate, answer: Answer, now: datetime) -> None:
    """It begins later: to all, once for each time that was named."""
    letter = planned_mail(Texts(gate.language), gate, answer)
    occasion = f"planned-{answer.begin_at}"
    mail_each(desk, gate, occasion, people=gate.approvers, letter=lambda _: letter, now=now)
    say_in_slack(desk, gate, occasion, letter, now)


def send_unplanned(
    desk: Desk, gate: Gate, evidence: Evidence, answer: Answer, now: datetime
) -> None:
    """It does not begin as planned: to all, with what has changed and their links."""
    texts = Texts(gate.language)
    what = changes_text(texts, changed_parts(desk.parts_of(gate, answer), evidence.parts()))

    def letter(key: str) -> Letter:
        link = link_for(desk, gate, key)
        return unplanned_mail(texts, gate, evidence, link=link, actor=answer.actor, what=what)

    occasion = f"unplanned-{answer.evidence_hash[:12]}"
    everybody = gate.approvers
    mail_each(desk, gate, occasion, people=everybody, letter=lambda one: letter(one.key), now=now)
    say_in_slack(desk, gate, occasion, letter(VIEWER), now, aloud=True)


def send_outcome(desk: Desk, gate: Gate, now: datetime) -> None:
    """What was decided, to all."""
    texts = Texts(gate.language)
    mail_each(
        desk,
        gate,
        OUTCOME,
        people=gate.approvers,
        letter=lambda _: outcome_mail(texts, gate),
        now=now,
    )
    told = post_once(desk, gate, OUTCOME, lambda: outcome_blocks(texts, gate), now=now)
    if told != "failed":
        _answer_in_place(desk, gate, now)


def _answer_in_place(desk: Desk, gate: Gate, now: datetime) -> None:
    """The question and its reminders say what was decided, where the channel lets them be changed.

    Ends at the first that fails: whoever waits for the page need not wait for the others.
    """
    chat = desk.chat
    if chat is None:
        return
    text, blocks = outcome_blocks(Texts(gate.language), gate)
    for asked in questions(desk.record, about=gate.gate_id):

        def update(posted: Posted = asked.posted) -> None:
            chat.update(posted, text, blocks)

        occasion = f"{ANSWERED}{asked.occasion}"
        if send_once(desk, gate, occasion, recipient=CHAT, now=now, send=update) == "failed":
            return


def link_for(desk: Desk, gate: Gate, person: str) -> str:
    """The address of one person's page; made anew each time, and kept nowhere."""
    link = Link(gate.gate_id, person, gate.purpose.state, int(gate.expires_at.timestamp()))
    return link.url(desk.page_url, desk.keys())


def _post_question(
    desk: Desk, gate: Gate, evidence: Evidence, occasion: str, now: datetime
) -> None:
    left = (gate.expires_at - now).total_seconds() if occasion != REQUEST else None

    def written() -> tuple[str, Blocks]:
        view = link_for(desk, gate, VIEWER)
        return request_blocks(
            Texts(gate.language), gate, evidence, view, buttons=desk.chat_decides, left=left
        )

    # A reply is heard by those alone who follow the thread; a question is for all.
    post_once(desk, gate, occasion, written, now=now, aloud=True)


def _unanswered(gate: Gate) -> list[Approver]:
    answered = {actor.casefold() for actor in gate.answers}
    return [person for person in gate.approvers if person.address.casefold() not in answered]
