"""Who may act: one migration, one execution of it, and the way that it goes.

The owner's item is the first thing that every step asks. A step of another execution, or of a way
that has been left (the cutover's steps once it is being taken back), is refused before it does
anything, however it came to run: redriven days later, doubled, or stopped and still at work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from redash_migration.errors import NotTheOwner
from redash_migration.record.table import Condition

Phase = Literal["forward", "back", "return", "kept", "ended"]
"""Which way a migration goes: to the new home; back, before anybody wrote there or without it; home
again with all that was written there; to its end, with no way back; and none, because it ended."""

PHASES: tuple[Phase, ...] = get_args(Phase)

SwitchedBack = Literal["", "begun", "made"]
"""Whether a return's switch home was begun, so that users may be there; and whether they were seen
served there."""

FORWARD: tuple[Phase, ...] = ("forward",)
RETURN: tuple[Phase, ...] = ("return",)

TURNS: dict[Phase, tuple[Phase, ...]] = {
    "forward": ("back", "return", "kept", "ended"),
    "return": ("forward", "back", "ended"),
    "back": ("ended",),
    "kept": ("ended",),
    "ended": (),
}
"""Phase -> those that may follow it. Nothing leads on from being taken back but its end; a return
leads forward again where it fails, and once users are home, to what is left to be taken back."""

MIGRATION_ID = re.compile(r"redash-\d{8}-\d{6}")
"""What a migration's name looks like: ``redash-20260131-020000``, the start of its execution."""

KEY = "OWNER"
"""The two keys of the owner's item."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The migration that may act, or that ended last; ``attempt`` counts its executions.

    ``switched`` is when its switch was begun, empty where it was not, was seen not to be made, or
    was decided to be taken back: it stands here, so that a switch and a turn back can't both be
    noted at one moment (None: in an item of a time before this was noted). ``switched_back`` is how
    far a return has led users home (None as there). ``turned`` is when the
    execution began, or the state was entered, that last turned it another way than before or led it
    forward again, and ``led`` the same of the latter alone: both by the state machine's clock.
    ``previous`` is whom it took the place of, until it has looked once more whether that one is at
    rest (``Ownership.looked``).
    """

    migration_id: str
    execution_arn: str
    phase: Phase
    attempt: int
    since: str
    switched: str | None = ""
    switched_back: SwitchedBack | None = ""
    turned: str = ""
    led: str = ""
    previous: Owner | None = None

    @property
    def stands(self) -> Owner:
        """The last owner that may have done something: one that has not looked yet has not."""
        return self.previous or self


@dataclass(frozen=True, slots=True)
class Acting:
    """Who wants to act: an execution's step, and the phases in which it may.

    ``redrives`` counts how often the execution was taken up again after its end. ``entered`` is
    when its state was entered, by the state machine's clock, or its execution redriven in it, and
    ``retries`` which try since then this is: together they tell the runs of one state apart, in
    their order.
    """

    migration_id: str
    execution_arn: str
    phases: tuple[Phase, ...]
    redrives: int = 0
    entered: str = ""
    retries: int = 0

    @property
    def run(self) -> str:
        """Later runs of a state have greater texts; empty where it is not told."""
        return f"{self.entered}.{self.retries:03d}" if self.entered else ""

    def condition(self, **notes: str) -> Condition:
        """What must hold of the owner's item at the moment of each deed, and what is noted there
        with it. A step that leads home acts no more once its return leads forward again."""
        return Condition(
            KEY,
            KEY,
            {
                "migration_id": self.migration_id,
                "execution_arn": self.execution_arn,
                "phase": self.phases,
                **({"leads_forward": (None, "")} if self.phases == RETURN else {}),
            },
            notes,
        )


def refusal(acting: Acting, owner: Owner | None) -> NotTheOwner:
    """Says who owns the migration, and why this execution may not act."""
    mine = f"{acting.migration_id} ({acting.execution_arn})"
    if owner is None:
        return NotTheOwner(f"{mine}: no migration has begun; Begin comes first")
    ours = (owner.migration_id, owner.execution_arn) == (acting.migration_id, acting.execution_arn)
    if ours and (owner.phase,) == acting.phases == RETURN:
        return NotTheOwner(f"{mine}: this return has failed, and is led forward again")
    if ours:
        return NotTheOwner(
            f"{mine}: this step belongs to {' or '.join(acting.phases)}, "
            f"and the migration has turned to {owner.phase} since"
        )
    return NotTheOwner(
        f"{mine}: not the owner any more; {owner.migration_id} is, since {owner.since}, "
        f"in {owner.execution_arn}"
    )
