"""Slack: an incoming webhook for new messages, response addresses for answers to a button."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redash_migration.approval.desk import NotSent

if TYPE_CHECKING:
    from slack_sdk.webhook import WebhookClient

_TIMEOUT_SECONDS = 4
"""Slack may be down; the page and the step must still answer in their time."""


class SlackChannel:
    """The channel behind one incoming webhook.

    ``secret`` gives the webhook's address, as it is or as ``{"url": "https://..."}``. It is read
    when first needed, so that a wrong secret fails a message and nothing else.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def post(self, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        self._send(self._webhook(), text=text, blocks=blocks)

    def replace(self, response_url: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """See Chat."""
        address = self._own(response_url)
        self._send(address, text=text, blocks=blocks, replace_original=True)

    def whisper(self, response_url: str, text: str) -> None:
        """See Chat."""
        address = self._own(response_url)
        self._send(address, text=text, response_type="ephemeral", replace_original=False)

    def _webhook(self) -> str:
        try:
            text = self._secret().strip()
            value = json.loads(text) if text.startswith("{") else {"url": text}
            address = str(value["url"])
        except Exception as error:
            raise NotSent(f"Slack: the webhook's secret: {type(error).__name__}") from None
        if urlsplit(address).scheme not in {"https", "http"}:
            raise NotSent("Slack: the webhook's secret holds no address")
        return address

    def _own(self, response_url: str) -> str:
        """The response address, if it is at Slack or where the webhook is; nowhere else."""
        given, webhook = urlsplit(response_url), urlsplit(self._webhook())
        if (given.scheme, given.netloc) not in {
            ("https", "hooks.slack.com"),
            (webhook.scheme, webhook.netloc),
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


def _client(address: str) -> WebhookClient:
    from slack_sdk.webhook import WebhookClient

    return WebhookClient(address, timeout=_TIMEOUT_SECONDS)
