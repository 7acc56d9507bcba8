"""Form nonces: a form that was not made by this page for this link is not taken.

Nothing is stored for them, since showing a page writes nothing: a nonce is signed, belongs to one
link and one evidence, and goes stale. Single use comes from the gate, which takes one decision.
"""

from __future__ import annotations

import re
import secrets

from redash_migration.approval.links.keyring import KeyRing

LIFETIME_SECONDS = 2 * 3600
_DOMAIN = "redash-migration form 1"
_FORM = re.compile(
    r"[A-Za-z0-9_-]{1,32}\.[1-9][0-9]{9,10}\.[A-Za-z0-9_-]{11}\.[A-Za-z0-9_-]{43}", re.ASCII
)


def new_nonce(keys: KeyRing, link: str, evidence_hash: str, now: float) -> str:
    """A nonce for the form on the page of ``link`` that shows this evidence."""
    body = f"{keys.current}.{int(now)}.{secrets.token_urlsafe(8)}"
    return f"{body}.{keys.signature(_DOMAIN, _message(body, link, evidence_hash))}"


def nonce_holds(keys: KeyRing, nonce: str, link: str, evidence_hash: str, now: float) -> bool:
    """Whether the nonce was made for this link and evidence, not too long ago."""
    if not _FORM.fullmatch(nonce):
        return False
    body, _, signature = nonce.rpartition(".")
    key_id, issued_at, _ = body.split(".")
    genuine = keys.accepts(_DOMAIN, _message(body, link, evidence_hash), key_id, signature)
    return genuine and 0 <= now - int(issued_at) + 60 <= LIFETIME_SECONDS + 60


def _message(body: str, link: str, evidence_hash: str) -> str:
    return f"{body}\n{link}\n{evidence_hash}"
