"""The last message: to everybody who was concerned, once each, until nobody is left to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from aws_lambda_powertools import Logger

from redash_migration.approval.desk import Chat, Mail, NotSent, Posted
from redash_migration.approval.messages.channel import ANSWERED, CHAT, questions, say
from redash_migration.approval.messages.chat_messages import Blocks, letter_blocks
from redash_migration.approval.messages.deliveries import Claim, Deliveries
from redash_migration.approval.messages.endings import ending_letter, marked
from redash_migration.approval.messages.mails import Letter
from redash_migration.approval.messages.posting import UNREACHED
from redash_migration.approval.standing.ending import Ending
from redash_migration.approval.texts import Texts
from redash_migration.record.record import Record

logger = Logger(service="redash-migration")

FACT = "ending_told"
"""Written when nobody is left to be told: of which ending, and who was given up, and why."""


def told(record: Record, ending: Ending) -> bool:
    """Whether everybody has heard of this ending, or was given up."""
    return (record.fact(FACT) or {}).get("occasion") == ending.occasion


def never_told_lines(record: Record, ending: Ending) -> list[str]:
    """Whom nobody tries to tell any more, each with the reason."""
    given_up = (record.fact(FACT) or {}).get("given_up") if told(record, ending) else None
    lines = given_up if isinstance(given_up, dict) else {}
    return [f"- {recipient}: {failure}" for recipient, failure in sorted(lines.items())]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of it: approvers and starter by mail, all in the channel, where there is one."""

    approvers: Sequence[str]
    starter: str
    mail: Mail
    chat: Chat | None


def send_ending(
    record: Record, ending: Ending, audience: Audience, *, texts: Texts, now: datetime
) -> None:
    """To each approver, to who started it, to the channel; one that fails holds up no other.

    Safe to call every minute: who has it gets no second one, and what failed is tried again until
    it is given up (see Deliveries). From then on ``told`` holds.
    """
    telling = _Telling(record, ending, now)
    letter = ending_letter(texts, record.migration_id, ending)
    lost = telling.mail(audience, letter)
    chat = audience.chat
    if chat is not None:
        text, blocks = marked(letter, ending)
        telling.say(chat, ending.occasion, text, blocks)
        if lost:
            people = sha256(",".join(sorted(lost)).encode()).hexdigest()[:12]
            said = texts("reach.lost_ending", people=", ".join(lost))
            subject = f"⚠️ {texts('reach.subject', migration=record.migration_id)}"
            telling.say(chat, f"unreached-{people}", *letter_blocks(Letter(subject, said)))
        telling.close_questions(chat, text, blocks)
    telling.note_the_end([*audience.approvers, *([CHAT] if chat else [])], audience.starter)


class _Telling:
    """One round of it."""

    def __init__(self, record: Record, ending: Ending, now: datetime) -> None:
        self._record = record
        self._occasion = ending.occasion
        self._now = now
        self._deliveries = Deliveries(record.table, record.migration_id, "ending")

    def mail(self, audience: Audience, letter: Letter) -> list[str]:
        """To each who has not got it; returns approvers whom no mail reaches now."""
        claims = {
            address: claim
            for address in (*audience.approvers, audience.starter)
            if address and (claim := self._claim(self._occasion, address))
        }
        asked = [one for one in claims if one != audience.starter]
        # Who started it need not be subscribed: then it is noted, and nobody is woken.
        quiet = [one for one in claims if one == audience.starter]
        lost = audience.mail.unreached(asked) if asked else []
        unreached = {*lost, *(audience.mail.unreached(quiet, quietly=True) if quiet else [])}
        for address, claim in claims.items():

            def send(address: str = address) -> None:
                if address in unreached:
                    raise NotSent(UNREACHED)
                audience.mail.send(address, letter.subject, letter.text)

            self._deliver(claim, address, send)
        return lost

    def say(self, chat: Chat, occasion: str, text: str, blocks: Blocks) -> None:
        """In the channel, heard by all."""
        claim = self._claim(occasion, CHAT)
        if claim is not None:
            self._deliver(claim, CHAT, lambda: say(self._record, chat, text, blocks, aloud=True))

    def close_questions(self, chat: Chat, text: str, blocks: Blocks) -> None:
        """What nobody answered asks nothing any more: its message says how it ended."""
        for asked in questions(self._record):
            deliveries = Deliveries(self._record.table, self._record.migration_id, asked.about)
            claim = deliveries.claim(f"{ANSWERED}{asked.occasion}", CHAT, self._now)
            if claim is None:
                continue
            try:
                chat.update(asked.posted, text, blocks)
            except NotSent as failure:
                deliveries.failed(claim, str(failure))
            else:
                deliveries.sent(claim, self._now)

    def note_the_end(self, deciding: Sequence[str], starter: str) -> None:
        """Write down that nobody is left, once that is so.

        Where those who decide were given up, the line that is logged raises an alarm.
        """
        reached = set(self._deliveries.reached(self._occasion))
        given_up = {}
        for one in filter(None, [*deciding, starter]):
            if one not in reached:
                given_up[one] = self._deliveries.given_up(self._occasion, one, self._now)
        if not all(given_up.values()):
            return
        fact = {"occasion": self._occasion, "given_up": given_up}
        self._record.put_fact(FACT, fact)
        if given_up:
            self._record.audit("ending.given_up", recipients=sorted(given_up))
        if woken := [one for one in given_up if one != starter]:
            logger.warning("not everybody is told", extra={"unreached_people": len(woken)})

    def _claim(self, occasion: str, recipient: str) -> Claim | None:
        return self._deliveries.claim(occasion, recipient, self._now)

    def _deliver(self, claim: Claim, recipient: str, send: Callable[[], Posted | None]) -> None:
        try:
            posted = send()
        except NotSent as failure:
            self._deliveries.failed(claim, str(failure))
            self._record.audit(
                "ending.message_failed",
                recipient=recipient,
                attempt=claim.attempts,
                failure=str(failure),
            )
            return
        self._deliveries.sent(claim, self._now, posted)
        self._record.audit("ending.told", recipient=recipient)
