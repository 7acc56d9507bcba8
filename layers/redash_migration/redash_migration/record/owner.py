"""Who may act: one migration, one execution of it, and the way that it goes.

The owner's item is the first thing that every step asks. A step of another execution, or of a way
that has been left (the cutover's steps once it is being taken back), is refused before it does
anything, however it came to run: redriven days later, doubled, or stopped and still at work.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner, SwitchBegun
from redash_migration.record.table import Condition, Expected, Item, RecordTable

Phase = Literal["forward", "back", "return", "kept", "ended"]
"""Which way a migration goes: to the new home; back, before anybody wrote there or without it; home
again with all that was written there; to its end, with no way back; and none, because it ended."""

PHASES: tuple[Phase, ...] = get_args(Phase)

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

_PK = _SK = "OWNER"


@dataclass(frozen=True, slots=True)
class Owner:
    """The migration that may act, or that ended last; ``attempt`` counts its executions.

    ``switched`` is when its switch was begun, empty where it was not, was seen not to be made, or
    was decided to be taken back: it stands here, so that a switch and a turn back can't both be
    noted at one moment (None: in an item of a time before this was noted). ``turned`` is when the
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
    when its state was entered, by the state machine's clock, and ``retries`` which try this is:
    together they tell the runs of one state apart, in their order.
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
            _PK,
            _SK,
            {
                "migration_id": self.migration_id,
                "execution_arn": self.execution_arn,
                "phase": self.phases,
                **({"leads_forward": (None, "")} if self.phases == RETURN else {}),
            },
            notes,
        )


class Ownership:
    """The owner's item: one at a time, changed by conditional writes only."""

    def __init__(self, table: RecordTable, clock: Clock = now) -> None:
        self._table = table
        self._clock = clock

    def last(self) -> Owner | None:
        """The owner, or the migration that ended last."""
        item = self._table.get(_PK, _SK)
        return None if item is None else _owner(item)

    def holder(self) -> Owner | None:
        """The migration that has not ended, or None."""
        found = self.last()
        return None if found is None or found.phase == "ended" else found

    def take(
        self,
        migration_id: str,
        execution_arn: str,
        *,
        phase: Phase = "forward",
        instead_of: Owner | None = None,
        turned: str = "",
    ) -> Owner | None:
        """Become the owner in the place of the one seen; None when it is not that any more.

        ``turned`` is when the execution began, before any of its states was entered.

        An execution that owns the migration already stays its owner, in the phase it is in: a
        repeated Begin turns nothing round. Who replaces one that has not looked yet takes over what
        that one would have had to look at.
        """
        if instead_of is not None and instead_of.execution_arn == execution_arn:
            return self._once_more(instead_of) if instead_of.migration_id == migration_id else None
        before = [] if instead_of is None else [instead_of, instead_of.stands]
        same = [one for one in before if one.migration_id == migration_id]
        item = self._table.update(
            _PK,
            _SK,
            values={
                "migration_id": migration_id,
                "execution_arn": execution_arn,
                "phase": phase,
                "attempt": 1 + max((one.attempt for one in same), default=0),
                "since": stamp(self._clock()),
                "switched": max((one.switched or "" for one in same), default="")
                if phase != "back"
                else "",
                "turned": turned or stamp(self._clock()),
                "leads_forward": "",
                "led": "",
                "previous": "" if instead_of is None else _text(instead_of.stands),
            },
            expected=_as_seen(instead_of),
        )
        return None if item is None else _owner(item)

    def _once_more(self, seen: Owner) -> Owner | None:
        """The same owner, after a Begin that was repeated or redriven: who saw it gone before has
        seen another item."""
        values = {"since": stamp(self._clock())}
        changed = self._table.update(_PK, _SK, values=values, expected=_as_seen(seen))
        now_it_is = self.last() if changed is None else _owner(changed)
        ours = now_it_is is not None and now_it_is.execution_arn == seen.execution_arn
        return now_it_is if ours else None

    def looked(self, taken: Owner) -> bool:
        """Note that a new owner has found the one before it at rest; False when it is not the owner
        any more."""
        return bool(self._table.update(_PK, _SK, values={"previous": ""}, expected=_as_seen(taken)))

    def turn(
        self,
        acting: Acting,
        phase: Phase,
        *,
        unless_switched: bool = False,
        since: str | None = None,
    ) -> None:
        """Go another way, or stay on it; NotTheOwner when the way there is not open, or, with
        ``since``, when it turned at another time than that.

        ``unless_switched``: SwitchBegun instead, where a switch is noted and the way is not gone
        yet: users may be on the new side, and a machine must not take them from there.
        """
        allowed = tuple(seen for seen in acting.phases if phase in {seen, *TURNS[seen]})
        others = tuple(seen for seen in allowed if seen != phase)
        if others:
            expected = {**acting.condition().expected, "phase": others}
            if unless_switched and (seen := self.last()) is not None:
                expected["switched"] = None if seen.switched is None else ""
            if since:
                expected["turned"] = since
            values = {"phase": phase, "turned": self._of_now(acting), "leads_forward": ""}
            if phase == "back":
                values["switched"] = ""
            elif phase == "forward":
                values["led"] = acting.entered
            if self._table.update(_PK, _SK, values=values, expected=expected):
                return
        if phase in allowed:
            expected = {**acting.condition().expected, "phase": (phase,)}
            stays: dict[str, str] = {"phase": phase}
            seen = self.last() if phase == "forward" else None
            if seen is not None and _leads_on(seen, acting):
                expected["led"] = seen.led or (None, "")
                stays |= {"turned": self._of_now(acting), "led": acting.entered}
            if self._table.update(_PK, _SK, values=stays, expected=expected):
                return
        owner = self.last()
        ours = owner and (owner.migration_id, owner.execution_arn) == (
            acting.migration_id,
            acting.execution_arn,
        )
        if unless_switched and ours and owner and owner.phase in allowed and owner.switched:
            raise SwitchBegun(
                f"{acting.migration_id}: the switch was begun at {owner.switched}, so users may be "
                "on the new side; people decide whether it is taken back"
            )
        raise refusal(acting, owner)

    def _of_now(self, acting: Acting) -> str:
        """When the state at work was entered: runs are put in order by one clock, the state
        machine's, for a function's may go wrong."""
        return acting.entered or stamp(self._clock())

    def lead_forward(self, acting: Acting) -> None:
        """A return has failed: from here on none of its steps begins, nor notes a deed, however
        late it was; until the migration turns. Nothing where it has turned already."""
        expected = {**acting.condition().expected, "phase": "return"}
        values = {"leads_forward": stamp(self._clock())}
        self._table.update(_PK, _SK, values=values, expected=expected)

    def give_back(self, taken: Owner, previous: Owner) -> None:
        """Undo a change of owner or phase, unless it has been changed again."""
        self._table.update(_PK, _SK, values=json.loads(_text(previous)), expected=_as_seen(taken))

    def end(self, seen: Owner) -> bool:
        """Note that a migration ended whose execution is gone; False when it is not as seen."""
        changed = self._table.update(_PK, _SK, values={"phase": "ended"}, expected=_as_seen(seen))
        return changed is not None


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


def _leads_on(seen: Owner, acting: Acting) -> bool:
    """Whether a return is given up here that had never turned, for the first time: a step of it
    that hangs still sees by what is noted that it comes too late."""
    return acting.entered > seen.led


def _as_seen(owner: Owner | None) -> dict[str, Expected]:
    if owner is None:
        return {"migration_id": None}
    return {
        "migration_id": owner.migration_id,
        "execution_arn": owner.execution_arn,
        "phase": owner.phase,
        "attempt": owner.attempt,
        "since": owner.since,
        "switched": owner.switched,
    }


def _text(owner: Owner) -> str:
    whole = {**asdict(owner), "previous": ""}
    return json.dumps({name: value for name, value in whole.items() if value is not None})


def _owner(item: Item) -> Owner:
    phase = str(item["phase"])
    return Owner(
        migration_id=str(item["migration_id"]),
        execution_arn=str(item["execution_arn"]),
        phase=next(known for known in PHASES if known == phase),
        attempt=int(item["attempt"]),
        since=str(item["since"]),
        switched=None if item.get("switched") is None else str(item["switched"]),
        turned=str(item.get("turned", "")),
        led=str(item.get("led", "")),
        previous=_owner(json.loads(str(item["previous"]))) if item.get("previous") else None,
    )
