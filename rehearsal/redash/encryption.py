"""Encrypted options as Redash stores them: Fernet, its key the SHA-256 of the secret."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken


class WrongSecretKey(Exception):
    """The secret key is not the one that the options were encrypted with."""


def _fernet(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret_key.encode()).digest()))


def encrypt_options(options: Mapping[str, object], secret_key: str) -> bytes:
    """The value of an ``encrypted_options`` column."""
    return _fernet(secret_key).encrypt(json.dumps(options, ensure_ascii=False).encode())


def decrypt_options(encrypted: bytes, secret_key: str) -> dict[str, object]:
    """The options again; WrongSecretKey if they were encrypted with another key."""
    try:
        options: dict[str, object] = json.loads(_fernet(secret_key).decrypt(encrypted))
    except InvalidToken as error:
        raise WrongSecretKey("encrypted_options: not encrypted with this secret key") from error
    return options
