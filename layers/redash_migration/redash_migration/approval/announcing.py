"""How it ended, told with the settings of the function that writes the report or looks after it."""

from __future__ import annotations

from redash_migration import clock, wiring
from redash_migration.adapters.clients import client
from redash_migration.approval.assembly import chat
from redash_migration.approval.gate.people import plain_address
from redash_migration.approval.messages.telling import Audience, send_ending, told
from redash_migration.approval.settings import approval_settings
from redash_migration.approval.standing.ending import Ending, read_ending
from redash_migration.approval.texts import Texts
from redash_migration.record.record import Record


def announce(record: Record, ending: Ending) -> None:
    """Tell the approvers and whoever started it; safe to call again."""
    from redash_migration.adapters.sns import SnsMail

    known, settings = approval_settings(), wiring.settings()
    starter = plain_address(str((record.fact("request") or {}).get("requested_by", "")))
    approvers = {address.casefold(): address for address in known.approvers}
    audience = Audience(
        approvers=list(approvers.values()),
        starter="" if not starter or starter in approvers else starter,
        mail=SnsMail(client("sns"), known.approval_topic_arn, settings.notice),
        chat=chat(),
    )
    send_ending(record, ending, audience, texts=Texts(settings.language), now=clock.now())


def announce_again(record: Record) -> None:
    """Tell those whom the last message has not reached yet; nothing to do where none is left."""
    ending = read_ending(record)
    if ending is not None and not told(record, ending):
        announce(record, ending)
