"""Encrypted options."""

from __future__ import annotations

import pytest

from rehearsal.redash.encryption import WrongSecretKey, decrypt_options, encrypt_options


def test_what_was_encrypted_can_be_decrypted_with_the_same_key_only() -> None:
    encrypted = encrypt_options({"password": "パスワード"}, "key")
    assert b"\xe3" not in encrypted
    assert decrypt_options(encrypted, "key") == {"password": "パスワード"}
    with pytest.raises(WrongSecretKey):
        decrypt_options(encrypted, "")
