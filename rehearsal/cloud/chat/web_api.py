"""auth.test, chat.postMessage and chat.update as a bot with the scope chat:write meets them.

Slack, "auth.test" (a form will do), "chat.postMessage", "chat.update" and "Web API": a refusal is
HTTP 200 with ``ok: false``; too many calls are HTTP 429 with Retry-After. What Slack answers to a
reply whose thread is gone is not written down; here it is refused.
"""

from __future__ import annotations

import threading
from typing import Any

from rehearsal.cloud.chat.blocks import refusal

TOKEN = "xoxb-000000000000-rehearsal"
CHANNEL, CHANNEL_NAME = "C0REHEARSAL", "#redash-migration"


class Workspace:
    """One channel and its messages, by their time stamps.

    ``odd`` makes the next posts strange: ``no_ts`` leaves the time stamp out of the answer, any
    other word is the error of ``ok: false``. ``gone``: messages that somebody deleted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: dict[str, dict[str, Any]] = {}
        self.odd = ""
        self.gone: set[str] = set()

    @property
    def messages(self) -> dict[str, dict[str, Any]]:
        """Time stamp -> the message as it stands in the channel now, in order."""
        with self._lock:
            return {ts: dict(one) for ts, one in self._messages.items() if ts not in self.gone}

    def call(
        self, method: str, authorization: str, content_type: str, sent: dict[str, Any]
    ) -> dict[str, Any]:
        """Slack's answer; ``content_type`` and ``authorization`` as in the request's headers."""
        methods = {
            "auth.test": lambda _: {"ok": True, "team": "Rehearsal", "user": "redash-migration"},
            "chat.postMessage": self._post,
            "chat.update": self._update,
        }
        error = "" if self.odd == "no_ts" else self.odd
        if authorization != f"Bearer {TOKEN}":
            error = "invalid_auth" if authorization else "not_authed"
        elif method != "auth.test" and not content_type.startswith("application/json"):
            error = "invalid_form_data"
        elif method not in methods:
            error = "unknown_method"
        if error:
            return _refused(error)
        with self._lock:
            return methods[method](sent)

    def _post(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent.get("channel") not in {CHANNEL, CHANNEL_NAME}:
            return _refused("channel_not_found")
        if error := refusal(sent):
            return _refused(error)
        thread = sent.get("thread_ts")
        parent = self._messages.get(str(thread))
        # A reply's own time stamp is no thread.
        if thread and (parent is None or thread in self.gone or "thread_ts" in parent):
            return _refused("cannot_reply_to_message")
        ts = f"1795000000.{len(self._messages) + 1:06}"
        self._messages[ts] = {**sent, "channel": CHANNEL}
        answer = {"ok": True, "channel": CHANNEL, "ts": ts, "message": {"ts": ts, **sent}}
        if self.odd == "no_ts":
            return {"ok": True}
        return answer

    def _update(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent.get("channel") != CHANNEL:  # by its id alone
            return _refused("channel_not_found")
        ts = str(sent.get("ts"))
        if ts not in self._messages or ts in self.gone:
            return _refused("message_not_found")
        if error := refusal(sent):
            return _refused(error)
        changed = {"text": sent.get("text", ""), "blocks": sent.get("blocks", [])}
        self._messages[ts] = {**self._messages[ts], **changed, "edited": True}
        return {"ok": True, "channel": CHANNEL, "ts": ts, "text": sent.get("text", "")}


def _refused(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}
