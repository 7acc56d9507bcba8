"""The channel: the messages of one migration form one thread, where the channel lets them.

A question that stands there is replaced by its answer; the thread keeps what was said meanwhile.
"""

from __future__ import annotations

from redash_migration.approval.desk import Chat, Posted
from redash_migration.approval.messages.chat_messages import Blocks
from redash_migration.approval.messages.deliveries import Message, messages
from redash_migration.record.record import Record

CHAT = "slack"
"""The recipient of every message to the channel."""
ANSWERED = "answered-"
"""Before the occasion of a question: that it was replaced by its answer."""
_QUESTIONS = ("request", "reminder-")


def say(record: Record, chat: Chat, text: str, blocks: Blocks, *, aloud: bool) -> Posted | None:
    """Reply to what began this migration's thread, or begin it; raises NotSent.

    ``aloud``: the channel shows the reply too, not only those who follow the thread.
    """
    return chat.post(text, blocks, thread=thread(record), aloud=aloud)


def thread(record: Record) -> Posted | None:
    """The last message that began a thread: an earlier one may be gone."""
    began = [one.posted for one in _messages(record) if not one.posted.thread]
    return began[-1] if began else None


def questions(record: Record, *, about: str = "") -> list[Message]:
    """Questions and reminders that stand in the channel; of one gate, or of all."""
    return [
        one
        for one in _messages(record)
        if one.occasion.startswith(_QUESTIONS) and about in {"", one.about}
    ]


def _messages(record: Record) -> list[Message]:
    return messages(record.table, record.migration_id)
