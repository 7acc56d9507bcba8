"""The owner's item written: taken, turned, led forward and ended by conditional writes only."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import get_args

from redash_migration.clock import Clock, now, stamp
from redash_migration.errors import NotTheOwner, SwitchBegun, SwitchNotMade
from redash_migration.record.owner import (
    KEY,
    PHASES,
    TURNS,
    Acting,
    Owner,
    Phase,
    SwitchedBack,
    refusal,
)
from redash_migration.record.table import Expected, Item, RecordTable


class Ownership:
    """The owner's item: one at a time, changed by conditional writes only."""

    def __init__(self, table: RecordTable, clock: Clock = now) -> None:
        self._table = table
        self._clock = clock

    def last(self) -> Owner | None:
        """The owner, or the migration that ended last; NotTheOwner where that can't be read."""
        item = self._table.get(KEY, KEY)
        try:
            return None if item is None else _owner(item)
        except (KeyError, TypeError, ValueError, StopIteration, RecursionError):
            raise NotTheOwner(
                "the item OWNER of the record's table is not as any function writes it; find out "
                "who wrote it (docs/security.md tells who could), and put it back as it was from a "
                "point-in-time recovery of the table"
            ) from None

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
            KEY,
            KEY,
            values={
                "migration_id": migration_id,
                "execution_arn": execution_arn,
                "phase": phase,
                "attempt": 1 + max((one.attempt for one in same), default=0),
                "since": stamp(self._clock()),
                "switched": max((one.switched or "" for one in same), default="")
                if phase != "back"
                else "",
                "switched_back": max((one.switched_back or "" for one in same), default=""),
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
        changed = self._table.update(KEY, KEY, values=values, expected=_as_seen(seen))
        now_it_is = self.last() if changed is None else _owner(changed)
        ours = now_it_is is not None and now_it_is.execution_arn == seen.execution_arn
        return now_it_is if ours else None

    def looked(self, taken: Owner) -> bool:
        """Note that a new owner has found the one before it at rest; False when it is not the owner
        any more."""
        return bool(self._table.update(KEY, KEY, values={"previous": ""}, expected=_as_seen(taken)))

    def turn(
        self,
        acting: Acting,
        phase: Phase,
        *,
        unless_switched: bool = False,
        if_switched: bool = False,
        since: str | None = None,
    ) -> None:
        """Go another way, or stay on it; NotTheOwner when the way there is not open, or, with
        ``since``, when it turned at another time than that.

        ``if_switched``: SwitchNotMade where no switch stands any more: nobody comes home from a
        side where nobody was, and what began it would lead forward to a closed door.

        ``unless_switched``: SwitchBegun instead, where a switch is noted and the way is not gone
        yet: users may be on the new side, and a machine must not take them from there.
        """
        allowed = tuple(seen for seen in acting.phases if phase in {seen, *TURNS[seen]})
        others = tuple(seen for seen in allowed if seen != phase)
        if others:
            expected = {**acting.condition().expected, "phase": others}
            if unless_switched and (seen := self.last()) is not None:
                expected["switched"] = None if seen.switched is None else ""
            if if_switched and (seen := self.last()) is not None:
                expected["switched"] = seen.switched
                if seen.switched == "":
                    raise SwitchNotMade(
                        f"{acting.migration_id}: users were never led to the new side, as was seen "
                        "after the switch had been begun"
                    )
            if since:
                expected["turned"] = since
            values = {"phase": phase, "turned": self._of_now(acting), "leads_forward": ""}
            if phase == "back":
                values["switched"] = ""
            elif phase == "forward":
                values["led"] = acting.entered
            if self._table.update(KEY, KEY, values=values, expected=expected):
                return
        if phase in allowed:
            expected = {**acting.condition().expected, "phase": (phase,)}
            stays: dict[str, str] = {"phase": phase}
            seen = self.last() if phase == "forward" else None
            if seen is not None and _leads_on(seen, acting):
                expected["led"] = seen.led or (None, "")
                stays |= {"turned": self._of_now(acting), "led": acting.entered}
            if self._table.update(KEY, KEY, values=stays, expected=expected):
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
        self._table.update(KEY, KEY, values=values, expected=expected)

    def note_home(self, acting: Acting, how_far: SwitchedBack) -> None:
        """Note how far users have been led home; NotTheOwner where this step may not say so."""
        expected = acting.condition().expected
        if not self._table.update(KEY, KEY, values={"switched_back": how_far}, expected=expected):
            raise refusal(acting, self.last())

    def give_back(self, taken: Owner, previous: Owner) -> None:
        """Undo a change of owner or phase, unless it has been changed again."""
        self._table.update(KEY, KEY, values=json.loads(_text(previous)), expected=_as_seen(taken))

    def end(self, seen: Owner) -> bool:
        """Note that a migration ended whose execution is gone; False when it is not as seen."""
        changed = self._table.update(KEY, KEY, values={"phase": "ended"}, expected=_as_seen(seen))
        return changed is not None


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
        "switched_back": owner.switched_back,
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
        switched_back=None
        if item.get("switched_back") is None
        else next(one for one in get_args(SwitchedBack) if one == item["switched_back"]),
        turned=str(item.get("turned", "")),
        led=str(item.get("led", "")),
        previous=_owner(json.loads(str(item["previous"]))) if item.get("previous") else None,
    )
