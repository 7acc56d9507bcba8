"""Links: one person, one question, one time limit, signed.

A link's last path segment is ``<key id>.<gate>.<person>.<question>.<expiry>.<signature>``. The
gate's id is random and means nothing to anybody else; the task token is not in it. Every character
is covered by the signature or is the signature, and there is only one spelling of each link.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Literal

from redash_migration.approval.links.keyring import KeyRing

PATH = "/approve/"
_DOMAIN = "redash-migration link 1"
_FORM = re.compile(
    r"(?P<key_id>[A-Za-z0-9_-]{1,32})\.(?P<gate_id>[A-Za-z0-9_-]{22})"
    r"\.(?P<person>[A-Za-z0-9_-]{1,32})\.(?P<question>[ck])"
    r"\.(?P<expires_at>[1-9][0-9]{9,10})\.(?P<signature>[A-Za-z0-9_-]{43})",
    re.ASCII,
)
_QUESTIONS = {"RequestApproval": "c", "ConfirmCutover": "k"}

VIEWER = "viewer"
"""The person of a link that only shows: it goes where several people read it (Slack)."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a valid link says. ``expires_at`` is in seconds since 1970 (UTC)."""

    gate_id: str
    person: str
    purpose: str
    expires_at: int
    expired: bool = False
    """Its time is over: it shows how things stand, and decides nothing any more."""

    def sign(self, keys: KeyRing) -> str:
        """The path segment, signed with the current key."""
        body = self._body(keys.current)
        return f"{body}.{keys.signature(_DOMAIN, body)}"

    def url(self, base: str, keys: KeyRing) -> str:
        """The whole address."""
        return f"{base.rstrip('/')}{PATH}{self.sign(keys)}"

    def _body(self, key_id: str) -> str:
        question = _QUESTIONS[self.purpose]
        return f"{key_id}.{self.gate_id}.{self.person}.{question}.{self.expires_at}"


BadLink = Literal["unknown"]


def new_gate_id() -> str:
    """An id of 128 random bits that nobody guesses."""
    return secrets.token_urlsafe(16)


def read_link(text: str, keys: KeyRing, now: float) -> Link | BadLink:
    """The link that the path segment holds.

    ``unknown`` for everything that this key ring did not sign, whatever is wrong with it.
    """
    parts = _FORM.fullmatch(text)
    if parts is None:
        return "unknown"
    body, _, signature = text.rpartition(".")
    if not keys.accepts(_DOMAIN, body, parts["key_id"], signature):
        return "unknown"
    expires_at = int(parts["expires_at"])
    purpose = next(state for state, code in _QUESTIONS.items() if code == parts["question"])
    return Link(parts["gate_id"], parts["person"], purpose, expires_at, expired=now >= expires_at)
