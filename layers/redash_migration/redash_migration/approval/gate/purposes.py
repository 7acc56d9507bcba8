"""What is asked, and the answers there are."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.errors import InvalidInput

EXPIRE = "expire"
"""The decision of a gate that nobody answered in time. It never lets a cutover happen."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One question. ``state`` is the state that asks it and the name that reports use."""

    state: str
    agree: str
    refuse: str

    @property
    def decisions(self) -> tuple[str, str]:
        """What a person can answer."""
        return (self.agree, self.refuse)


CUTOVER = Purpose("RequestApproval", agree="approve", refuse="reject")
"""May the write pause begin? Expiry leaves everything on the old side."""

CONFIRM = Purpose("ConfirmCutover", agree="keep", refuse="go_back")
"""Does the new side stay? Expiry keeps it and cleans nothing up, so that going back stays open."""

PURPOSES = (CUTOVER, CONFIRM)


def purpose_of(state: str) -> Purpose:
    """The purpose of a state; InvalidInput for a state that asks nobody."""
    for purpose in PURPOSES:
        if purpose.state == state:
            return purpose
    raise InvalidInput(f"purpose: {state[:40]!r} is neither RequestApproval nor ConfirmCutover")
