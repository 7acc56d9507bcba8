"""A bot of Slack: its secret, and calls of its Web API."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redash_migration.approval.desk import ChannelDown, NotSent, Posted

if TYPE_CHECKING:
    from slack_sdk.web.client import WebClient


TIMEOUT_SECONDS = 4
"""Slack may be down; the page and the step must still answer in their time."""

_PATIENCE_SECONDS = 3
"""How long a Retry-After is waited for; after a longer one the message is tried again later."""

_API = "https://slack.com/api/"

_TOKEN = re.compile(r"xox[a-z]?[-.][A-Za-z0-9.-]+", re.ASCII)

_ERROR = re.compile(r"[a-z0-9_]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Bot:
    """A bot's token and the channel that it is in; ``api`` is Slack's address (GovSlack's own)."""

    token: str
    channel: str
    api: str


def bot_of(value: Mapping[str, Any]) -> Bot:
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


def call(bot: Bot, method: str, message: dict[str, Any]) -> Mapping[str, Any]:
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


def posted_of(answer: Mapping[str, Any], thread: str) -> Posted | None:
    """Where the message stands; None where Slack does not tell."""
    channel, ts = str(answer.get("channel") or ""), str(answer.get("ts") or "")
    return Posted(channel, ts, thread) if channel and ts else None


def _web(bot: Bot) -> WebClient:
    from slack_sdk.web.client import WebClient

    # A message that may have arrived is not sent again at once: see Deliveries.
    return WebClient(bot.token, base_url=bot.api, timeout=TIMEOUT_SECONDS, retry_handlers=[])
