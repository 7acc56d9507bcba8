"""The keys that sign links: one current, older ones kept until their links have expired."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from redash_migration.errors import InvalidInput

_MINIMUM_KEY_BYTES = 32
_MINIMUM_DIFFERENT = 8
"""A key of one letter repeated is long, and guessed at once."""
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Signing keys by key id. Not printable: a key never reaches a log.

    ``again`` reads them anew, for what was made with a key that is not among these.
    """

    current: str
    keys: Mapping[str, bytes]
    again: Callable[[], KeyRing] | None = field(default=None, compare=False)

    def signature(self, purpose: str, message: str, key_id: str | None = None) -> str:
        """HMAC-SHA256 in unpadded base64url; ``purpose`` keeps kinds of messages apart."""
        key = self.keys[self.current if key_id is None else key_id]
        digest = hmac.new(key, f"{purpose}\n{message}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def accepts(self, purpose: str, message: str, key_id: str, signature: str) -> bool:
        """Whether the signature is the one; compared as text, so that it has one spelling only.

        Takes the same way and about the same time for an unknown key as for a wrong signature.
        """
        known = key_id in self.keys
        if not known and self.again is not None:
            return self.again().accepts(purpose, message, key_id, signature)
        expected = self.signature(purpose, message, key_id if known else self.current)
        given = signature.encode("utf-8", "replace")
        return hmac.compare_digest(expected.encode(), given) and known


def parse_keys(name: str, text: str, *, previous: str = "") -> KeyRing:
    """The key ring that a secret holds.

    Either ``{"current": "k2", "keys": {"k1": "<base64>", "k2": "<base64>"}}``, or one generated
    text of at least 32 characters, as GenerateSecretString makes it. ``previous`` is the secret's
    earlier version (AWSPREVIOUS): its links stay valid. InvalidInput says what is wrong with a
    secret, by the ``name`` of its setting, and never quotes it.
    """
    ring = _parse(text, name)
    if not previous:
        return ring
    try:
        older = _parse(previous, name)
    except InvalidInput:
        return ring
    return KeyRing(ring.current, {**older.keys, **ring.keys})


def _parse(text: str, setting: str) -> KeyRing:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return _from_object(value, setting)
    key = text.strip().encode()
    if _is_weak(key):
        raise InvalidInput(
            f"{setting}: the secret is shorter than {_MINIMUM_KEY_BYTES} characters, "
            "or a few letters repeated; let Secrets Manager generate one"
        )
    # A name for the key that says nothing about it, yet is the same wherever the key is.
    name = hmac.new(key, b"key id", hashlib.sha256).hexdigest()[:8]
    return KeyRing(name, {name: key})


def _from_object(value: dict[str, Any], setting: str) -> KeyRing:
    current, keys = value.get("current"), value.get("keys")
    if not isinstance(current, str) or not isinstance(keys, dict) or current not in keys:
        raise InvalidInput(
            f"{setting}: the secret's JSON needs keys (an object of base64 texts) "
            "and current (the name of one of them)"
        )
    decoded: dict[str, bytes] = {}
    for name, encoded in keys.items():
        if not _KEY_ID.fullmatch(name):
            raise InvalidInput(
                f"{setting}: a key's name may hold letters, digits, _ and -, up to 32"
            )
        try:
            decoded[name] = base64.b64decode(str(encoded), validate=True)
        except (binascii.Error, ValueError):
            decoded[name] = b""
        if _is_weak(decoded[name]):
            raise InvalidInput(
                f"{setting}: key {name} is not the base64 of at least "
                f"{_MINIMUM_KEY_BYTES} random bytes"
            )
    return KeyRing(current, decoded)


def _is_weak(key: bytes) -> bool:
    return len(key) < _MINIMUM_KEY_BYTES or len(set(key)) < _MINIMUM_DIFFERENT
