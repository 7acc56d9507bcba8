"""The gates at which a person decides: before the write pause, and before the clean-up.

A state with a task token asks (`deciding.request`), a person answers on a page or in Slack
(`deciding.answering`), and the reconciler keeps what is left: reminders, expiry, lost deliveries
(`deciding.upkeep`).

The rules behind it: opening a link changes nothing; a link names one person and one question; the
first decision counts and is written before the execution hears of it; nothing is approved by time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redash_migration.record.record import Record

__all__ = ["announce_again", "ask_starter", "follow_up"]


def follow_up(record: Record, now: datetime) -> None:
    """Remind, expire, announce and finish what was interrupted, for both gates of a migration.

    Safe to call every minute and twice at once; does nothing where no gate was opened.
    """
    from redash_migration.approval.assembly import desk
    from redash_migration.approval.deciding.upkeep import follow_up as keep_up

    keep_up(lambda: desk(record), record, now)


def ask_starter(record: Record) -> None:
    """Ask whoever started it, once, to confirm that a mail may tell how it ends."""
    from redash_migration.adapters.clients import client
    from redash_migration.adapters.sns import SnsMail
    from redash_migration.approval.settings import approval_settings
    from redash_migration.approval.starter import reach_starter

    known = approval_settings()
    topic = SnsMail(client("sns"), known.approval_topic_arn)
    reach_starter(record, known.approvers, topic)


def announce_again(record: Record) -> None:
    """Tell how it ended whom the last message has not reached; safe to call every minute."""
    from redash_migration.approval.announcing import announce_again as again

    again(record)
