"""Links: no bit can be changed, keys rotate, nothing but a valid signature tells anything."""

from __future__ import annotations

import base64
import json
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redash_migration.approval.links.keyring import KeyRing, parse_keys
from redash_migration.approval.links.link import Link, new_gate_id, read_link
from redash_migration.approval.links.nonces import LIFETIME_SECONDS, new_nonce, nonce_holds
from redash_migration.errors import InvalidInput

KEYS = KeyRing("k2", {"k1": b"1" * 32, "k2": b"2" * 32})
LATER = 2_000_000_000
LINK = Link("A" * 22, "0123456789ab", "RequestApproval", LATER)
TEXT = LINK.sign(KEYS)
NOW = 1_900_000_000.0

ALPHABET = string.ascii_letters + string.digits + "-_."


def test_a_link_says_what_was_signed() -> None:
    assert read_link(TEXT, KEYS, NOW) == LINK


@given(st.integers(0, len(TEXT) * 8 - 1))
def test_no_bit_of_a_link_can_be_changed(bit: int) -> None:
    changed = bytearray(TEXT.encode())
    changed[bit // 8] ^= 1 << bit % 8
    assert read_link(changed.decode("latin-1"), KEYS, NOW) == "unknown"


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(ALPHABET))
def test_no_character_can_be_exchanged(position: int, letter: str) -> None:
    changed = TEXT[:position] + letter + TEXT[position + 1 :]
    assert (read_link(changed, KEYS, NOW) == LINK) == (changed == TEXT)


@given(
    st.one_of(
        st.text(max_size=200),
        st.builds("".join, st.lists(st.sampled_from([*TEXT.split("."), ".", "=", " ", "\n"]))),
    )
)
def test_anything_else_is_unknown(text: str) -> None:
    assert (read_link(text, KEYS, NOW) == "unknown") == (text != TEXT)


@given(
    person=st.text("abcdef0123456789", min_size=1, max_size=12),
    purpose=st.sampled_from(["RequestApproval", "ConfirmCutover"]),
    expires=st.integers(1_900_000_001, 9_999_999_999),
)
def test_every_link_reads_back_and_no_two_are_alike(
    person: str, purpose: str, expires: int
) -> None:
    link = Link(new_gate_id(), person, purpose, expires)
    assert read_link(link.sign(KEYS), KEYS, NOW) == link
    assert link.sign(KEYS) != TEXT


@pytest.mark.parametrize("suffix", ["=", ".", "/", "?", "A", " ", "\n", "%00"])
def test_nothing_can_be_added(suffix: str) -> None:
    assert read_link(TEXT + suffix, KEYS, NOW) == "unknown"


def test_only_a_genuine_link_is_called_expired() -> None:
    forged = TEXT[:-1] + ("A" if TEXT[-1] != "A" else "B")
    read = read_link(TEXT, KEYS, LATER)
    assert read == replace(LINK, expired=True)
    assert read_link(forged, KEYS, LATER) == "unknown"


def test_rotation_keeps_old_links_and_signs_with_the_new_key() -> None:
    old = LINK.sign(KeyRing("k1", {"k1": b"1" * 32}))
    assert read_link(old, KEYS, NOW) == LINK
    assert TEXT.startswith("k2.")
    assert read_link(old, KeyRing("k2", {"k2": b"2" * 32}), NOW) == "unknown"


def test_a_key_id_of_another_key_does_not_help() -> None:
    assert read_link(TEXT.replace("k2.", "k1.", 1), KEYS, NOW) == "unknown"


GENERATED, OLDER = "Tq7vLx2Rk9".swapcase() * 4, "u4WzPe8Nc1" * 4


class TestSecret:
    def test_a_generated_text_is_a_key(self) -> None:
        ring = parse_keys("LINK_SIGNING_SECRET_ARN", GENERATED)
        assert read_link(LINK.sign(ring), ring, NOW) == LINK
        assert ring.current not in GENERATED

    def test_the_version_before_keeps_its_links(self) -> None:
        before, after = (
            parse_keys("LINK_SIGNING_SECRET_ARN", OLDER),
            parse_keys("LINK_SIGNING_SECRET_ARN", GENERATED, previous=OLDER),
        )
        assert read_link(LINK.sign(before), after, NOW) == LINK
        assert after.current != before.current

    def test_a_broken_version_before_is_no_obstacle(self) -> None:
        assert parse_keys("LINK_SIGNING_SECRET_ARN", GENERATED, previous="short").current

    def test_a_ring_of_keys(self) -> None:
        keys = {name: base64.b64encode(f"{name}{OLDER}".encode()).decode() for name in ("a1", "b2")}
        ring = parse_keys("LINK_SIGNING_SECRET_ARN", json.dumps({"current": "b2", "keys": keys}))
        assert ring.current == "b2"
        assert ring.keys["a1"] == f"a1{OLDER}".encode()

    @pytest.mark.parametrize(
        "text",
        [
            "brief",
            "x" * 64,
            "abc-" * 16,
            OLDER[:31],
            '{"current": "a", "keys": {"a": "' + "QUFB" * 16 + '"}}',
            "",
            "{}",
            '{"current": "a", "keys": {}}',
            '{"current": "a", "keys": {"a": "c2hvcnQ="}}',
            '{"current": "a", "keys": {"a": "not base64 at all, really"}}',
            '{"current": "a.b", "keys": {"a.b": "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="}}',
        ],
    )
    def test_a_bad_secret_is_named_and_not_quoted(self, text: str) -> None:
        with pytest.raises(InvalidInput, match=r"^LINK_SIGNING_SECRET_ARN: ") as caught:
            parse_keys("LINK_SIGNING_SECRET_ARN", text)
        assert not text or text == "{}" or text not in str(caught.value)

    def test_keys_are_not_printed(self) -> None:
        assert "111" not in repr(KEYS)


class TestNonce:
    def test_it_belongs_to_one_link_and_one_evidence(self) -> None:
        nonce = new_nonce(KEYS, TEXT, "hash", NOW)
        assert nonce_holds(KEYS, nonce, TEXT, "hash", NOW + 5)
        assert not nonce_holds(KEYS, nonce, TEXT + "x", "hash", NOW)
        assert not nonce_holds(KEYS, nonce, TEXT, "other", NOW)
        assert not nonce_holds(KEYS, nonce, TEXT, "hash", NOW + LIFETIME_SECONDS + 1)

    @given(st.data())
    def test_no_bit_of_it_can_be_changed(self, data: st.DataObject) -> None:
        nonce = new_nonce(KEYS, TEXT, "hash", NOW)
        bit = data.draw(st.integers(0, len(nonce) * 8 - 1))
        changed = bytearray(nonce.encode())
        changed[bit // 8] ^= 1 << bit % 8
        assert not nonce_holds(KEYS, changed.decode("latin-1"), TEXT, "hash", NOW)

    def test_a_link_is_no_nonce(self) -> None:
        assert not nonce_holds(KEYS, TEXT, TEXT, "hash", NOW)
