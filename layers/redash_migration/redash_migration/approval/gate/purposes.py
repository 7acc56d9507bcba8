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
    last_resort: str = ""
    """What is offered only where refusing can't be had without loss."""

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a person can answer; which of them are offered, the evidence says (rules)."""
        known = (self.agree, self.refuse, self.last_resort)
        return tuple(decision for decision in known if decision)


CUTOVER = Purpose("RequestApproval", agree="approve", refuse="reject")
"""May the write pause begin? Expiry leaves everything on the old side."""

CONFIRM = Purpose("ConfirmCutover", agree="keep", refuse="return", last_resort="go_back")
"""Does the new side stay? ``return`` brings everything home that was written there; where that is
not possible, ``go_back`` gives it up. Expiry keeps the new side and cleans nothing up, so that
returning stays open."""

PURPOSES = (CUTOVER, CONFIRM)


def purpose_of(state: str) -> Purpose:
    """The purpose of a state; InvalidInput for a state that asks nobody."""
    for purpose in PURPOSES:
        if purpose.state == state:
            return purpose
    raise InvalidInput(f"purpose: {state[:40]!r} is neither RequestApproval nor ConfirmCutover")
