"""Slack: an incoming webhook or a bot for new messages, response addresses for answers to a button.

A webhook answers "ok" and no more, so its messages stand alone. A bot (Slack, "chat.postMessage",
"chat.update"; scope ``chat:write``) is told a message's time stamp: replies form a thread under it,
and it can be changed later. A refusal is HTTP 200 with ``ok: false``; too many calls (about one
message a second and channel) are HTTP 429 with ``Retry-After``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redash_migration.adapters.slack.bot import TIMEOUT_SECONDS, Bot, bot_of, call, posted_of
from redash_migration.approval.desk import NotSent, Posted

if TYPE_CHECKING:
    from slack_sdk.webhook import WebhookClient

_THREAD_GONE = frozenset(
    {"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
    | {"restricted_action_thread_locked", "restricted_action_thread_only_channel"}
)


class SlackChannel:
    """The channel behind one incoming webhook, or the channel of a bot.

    ``secret`` gives the webhook's address, as it is or as ``{"url": "https://..."}``; or a bot as
    ``{"token": "xoxb-...", "channel": "C..."}``. It is read when first needed, so that a wrong
    secret fails a message and nothing else. ``notice`` stands above every message for all.
    """

    def __init__(self, secret: Callable[[], str], notice: str = "") -> None:
        self._secret = secret
        self._notice = notice

    def post(
        self,
        text: str,
        blocks: list[dict[str, Any]],
        *,
        thread: Posted | None = None,
        aloud: bool = False,
    ) -> Posted | None:
        """See Chat."""
        known = _known(self._secret)
        text, blocks = self._noticed(text, blocks)
        if isinstance(known, str):
            self._send(known, text=text, blocks=blocks)
            return None
        message: dict[str, Any] = {
            "text": text,
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            if thread is not None:
                reply = {**message, "thread_ts": thread.ts, "reply_broadcast": aloud}
                answer = call(known, "chat.postMessage", {"channel": known.channel, **reply})
                return posted_of(answer, thread.ts)
        except NotSent as refused:
            # The thread's first message was deleted, or nobody may reply to it: begin another.
            if str(refused).removeprefix("Slack: ") not in _THREAD_GONE:
                raise
        return posted_of(call(known, "chat.postMessage", {"channel": known.channel, **message}), "")

    def update(self, posted: Posted, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        known = _known(self._secret)
        if isinstance(known, str):
            raise NotSent("Slack: a webhook changes no message")
        text, blocks = self._noticed(text, blocks)
        place = {"channel": posted.channel, "ts": posted.ts}
        call(known, "chat.update", {**place, "text": text, "blocks": blocks})

    def replace(self, response_url: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        address = self._own(response_url)
        text, blocks = self._noticed(text, blocks)
        self._send(address, text=text, blocks=blocks, replace_original=True)

    def whisper(self, response_url: str, text: str) -> None:
        """See Chat."""
        address = self._own(response_url)
        self._send(address, text=text, response_type="ephemeral", replace_original=False)

    def _noticed(self, text: str, blocks: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
        """As mails have it: its first words before the text, the whole above the rest."""
        if not self._notice:
            return text, blocks
        said = {"type": "plain_text", "text": self._notice}
        above = {"type": "context", "elements": [said]}
        return f"{self._notice.partition(':')[0]} {text}", [above, *blocks]

    def _own(self, response_url: str) -> str:
        """The response address, if it is at Slack or where the secret leads; nowhere else."""
        known = _known(self._secret)
        given, own = (
            urlsplit(response_url),
            urlsplit(known if isinstance(known, str) else known.api),
        )
        if (given.scheme, given.netloc) not in {
            ("https", "hooks.slack.com"),
            (own.scheme, own.netloc),
        }:
            raise NotSent("Slack: a response address that is not Slack's")
        return response_url

    def _send(self, address: str, **message: Any) -> None:
        try:
            answer = _client(address).send(unfurl_links=False, unfurl_media=False, **message)
        except Exception as error:  # slack_sdk lets errors of urllib and http.client through
            raise NotSent(f"Slack: {type(error).__name__}") from None
        if answer.status_code != 200:
            raise NotSent(f"Slack: HTTP {answer.status_code} {answer.body[:80]}")


def takes_messages(secret: Callable[[], str]) -> None:
    """See whether messages will be taken, without sending one; raises NotSent, ChannelDown.

    A bot is asked for by Slack's auth.test, which needs no scope; nothing but a message tells
    whether a webhook is alive, so of that the form of its address is all that is seen.
    """
    known = _known(secret)
    if isinstance(known, Bot):
        call(known, "auth.test", {})


def _known(secret: Callable[[], str]) -> str | Bot:
    """The webhook's address, or a bot."""
    try:
        text = secret().strip()
        value = json.loads(text) if text.startswith("{") else {"url": text}
        if "token" in value:
            return bot_of(value)
        address = str(value["url"])
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(f"Slack: the secret: {type(error).__name__}") from None
    where = urlsplit(address)
    if where.scheme != "https" and where.hostname != "127.0.0.1":
        raise NotSent("Slack: the secret holds neither a webhook's address nor a bot's token")
    return address


def _client(address: str) -> WebhookClient:
    from slack_sdk.webhook import WebhookClient

    return WebhookClient(address, timeout=TIMEOUT_SECONDS)
