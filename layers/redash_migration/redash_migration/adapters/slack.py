"""Slack: an incoming webhook or a bot for new messages, response addresses for answers to a button.

A webhook answers "ok" and no more, so its messages stand alone. A bot (Slack, "chat.postMessage",
"chat.update"; scope ``chat:write``) is told a message's time stamp: replies form a thread under it,
and it can be changed later. A refusal is HTTP 200 with ``ok: false``; too many calls (about one
message a second and channel) are HTTP 429 with ``Retry-After``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redash_migration.approval.desk import ChannelDown, NotSent, Posted

if TYPE_CHECKING:
    from slack_sdk.web.client import WebClient
    from slack_sdk.webhook import WebhookClient

_TIMEOUT_SECONDS = 4
"""Slack may be down; the page and the step must still answer in their time."""
_PATIENCE_SECONDS = 3
"""How long a Retry-After is waited for; after a longer one the message is tried again later."""
_API = "https://slack.com/api/"
_TOKEN = re.compile(r"xox[a-z]?[-.][A-Za-z0-9.-]+", re.ASCII)
_ERROR = re.compile(r"[a-z0-9_]{1,80}", re.ASCII)
_THREAD_GONE = frozenset(
    {"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
    | {"restricted_action_thread_locked", "restricted_action_thread_only_channel"}
)


@dataclass(frozen=True, slots=True, repr=False)
class Bot:
    """A bot's token and the channel that it is in; ``api`` is Slack's address (GovSlack's own)."""

    token: str
    channel: str
    api: str


class SlackChannel:
    """The channel behind one incoming webhook, or the channel of a bot.

    ``secret`` gives the webhook's address, as it is or as ``{"url": "https://..."}``; or a bot as
    ``{"token": "xoxb-...", "channel": "C..."}``. It is read when first needed, so that a wrong
    secret fails a message and nothing else.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

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
                answer = _call(known, "chat.postMessage", {"channel": thread.channel, **reply})
                return _posted(answer, thread.ts)
        except NotSent as refused:
            # The thread's first message was deleted, or nobody may reply to it: begin another.
            if str(refused).removeprefix("Slack: ") not in _THREAD_GONE:
                raise
        return _posted(_call(known, "chat.postMessage", {"channel": known.channel, **message}), "")

    def update(self, posted: Posted, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        known = _known(self._secret)
        if isinstance(known, str):
            raise NotSent("Slack: a webhook changes no message")
        place = {"channel": posted.channel, "ts": posted.ts}
        _call(known, "chat.update", {**place, "text": text, "blocks": blocks})

    def replace(self, response_url: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        address = self._own(response_url)
        self._send(address, text=text, blocks=blocks, replace_original=True)

    def whisper(self, response_url: str, text: str) -> None:
        """See Chat."""
        address = self._own(response_url)
        self._send(address, text=text, response_type="ephemeral", replace_original=False)

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
        _call(known, "auth.test", {})


def _known(secret: Callable[[], str]) -> str | Bot:
    """The webhook's address, or a bot."""
    try:
        text = secret().strip()
        value = json.loads(text) if text.startswith("{") else {"url": text}
        if "token" in value:
            return _bot(value)
        address = str(value["url"])
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(f"Slack: the secret: {type(error).__name__}") from None
    where = urlsplit(address)
    if where.scheme != "https" and where.hostname != "127.0.0.1":
        raise NotSent("Slack: the secret holds neither a webhook's address nor a bot's token")
    return address


def _bot(value: Mapping[str, Any]) -> Bot:
    """A bot, if its token goes to nobody but Slack (or, in a rehearsal, to this machine)."""
    bot = Bot(str(value["token"]), str(value.get("channel", "")), str(value.get("api", _API)))
    if not _TOKEN.fullmatch(bot.token):
        raise NotSent('Slack: the secret\'s "token" is no token of Slack (xoxb-...)')
    if not bot.channel:
        raise NotSent('Slack: the secret names no "channel" beside the token')
    api = urlsplit(bot.api)
    host = api.hostname or ""
    at_slack = api.scheme == "https" and re.search(r"(^|\.)slack(-gov)?\.com$", host)
    if not at_slack and host != "127.0.0.1":
        raise NotSent('Slack: the secret\'s "api" is not at slack.com; the token goes nowhere else')
    return bot


def _call(bot: Bot, method: str, message: dict[str, Any]) -> Mapping[str, Any]:
    """Slack's answer; once more after a short Retry-After. NotSent names Slack's error alone."""
    for last in (False, True):
        status, answer, wait = _once(bot, method, message)
        if status == 200 and answer.get("ok") is True:
            return answer
        if status == 429 and not last and wait <= _PATIENCE_SECONDS:
            time.sleep(wait)
            continue
        if status == 429:
            raise ChannelDown(f"Slack: HTTP 429, again after {wait} s")
        if status != 200:
            raise ChannelDown(f"Slack: HTTP {status}")
        error = str(answer.get("error", ""))
        raise NotSent(f"Slack: {error if _ERROR.fullmatch(error) else 'no answer of Slack'}")
    raise AssertionError  # pragma: no cover - the last turn returns or raises


def _once(bot: Bot, method: str, message: dict[str, Any]) -> tuple[int, Mapping[str, Any], int]:
    """Status, answer, seconds of Retry-After; never a word of the request, which has the token."""
    from slack_sdk.errors import SlackApiError

    try:
        answer = _web(bot).api_call(method, json=message)
    except SlackApiError as error:
        answer = error.response
    except Exception as error:
        raise ChannelDown(f"Slack: {type(error).__name__}") from None
    found = answer.data if isinstance(answer.data, dict) else {}
    headers = {name.lower(): value for name, value in answer.headers.items()}
    after = str(headers.get("retry-after", ""))
    return answer.status_code, found, int(after) if after.isdecimal() else 30


def _posted(answer: Mapping[str, Any], thread: str) -> Posted | None:
    """Where the message stands; None where Slack does not tell."""
    channel, ts = str(answer.get("channel") or ""), str(answer.get("ts") or "")
    return Posted(channel, ts, thread) if channel and ts else None


def _client(address: str) -> WebhookClient:
    from slack_sdk.webhook import WebhookClient

    return WebhookClient(address, timeout=_TIMEOUT_SECONDS)


def _web(bot: Bot) -> WebClient:
    from slack_sdk.web.client import WebClient

    # A message that may have arrived is not sent again at once: see Deliveries.
    return WebClient(bot.token, base_url=bot.api, timeout=_TIMEOUT_SECONDS, retry_handlers=[])
