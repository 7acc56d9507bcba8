"""Seals of the undo list: each entry is signed when it is written and looked at before its deed.

A roll-back carries entries out with a role of its own, so whoever could write one would act as it.
The seal is over the whole entry and its place: migration, direction, action, key, number, side and
arguments. What was altered, moved from elsewhere or made up carries none that fits. That an entry
has been dealt with is sealed as well, else a word in the table would keep the door shut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_ENTRY = "redash-migration undo 1"
_SETTLED = "redash-migration undone 1"
_FACT = "redash-migration fact 1"


class Keys(Protocol):
    """``KeyRing``: signs, and knows its signatures."""

    @property
    def current(self) -> str:
        """The key that signs."""

    def signature(self, purpose: str, message: str, key_id: str | None = None) -> str:
        """Of a message for a purpose."""

    def accepts(self, purpose: str, message: str, key_id: str, signature: str) -> bool:
        """Whether a signature is the one."""


@dataclass(frozen=True, slots=True)
class UndoSeals:
    """``key id.signature``; ``keys`` is asked when a seal is needed, for many readers need none."""

    keys: Callable[[], Keys]

    def entry(self, message: str) -> str:
        """Of an entry as it is written down."""
        return self._made(_ENTRY, message)

    def is_entry(self, message: str, seal: str) -> bool:
        """Whether an entry stands as it was written down."""
        return self._whole(_ENTRY, message, seal)

    def settled(self, message: str, state: str) -> str:
        """Of an entry that was carried out or refused, as it stood then."""
        return self._made(_SETTLED, f"{state}\n{message}")

    def is_settled(self, message: str, state: str, seal: str) -> bool:
        """Whether that was said by who may say so."""
        return self._whole(_SETTLED, f"{state}\n{message}", seal)

    def fact(self, message: str) -> str:
        """Of a fact that a deed rests on, with its place."""
        return self._made(_FACT, message)

    def is_fact(self, message: str, seal: str) -> bool:
        """Whether a fact stands as it was written down, where it was."""
        return self._whole(_FACT, message, seal)

    def _made(self, purpose: str, message: str) -> str:
        keys = self.keys()
        return f"{keys.current}.{keys.signature(purpose, message)}"

    def _whole(self, purpose: str, message: str, seal: str) -> bool:
        key_id, _, signature = seal.partition(".")
        return self.keys().accepts(purpose, message, key_id, signature)
