"""Where users are led: noted in the owner's item, in one transaction with the question who acts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from redash_migration.clock import stamp
from redash_migration.errors import NotTheOwner
from redash_migration.record.attempts import Attempts
from redash_migration.record.milestones import Milestones
from redash_migration.record.owner import KEY, Acting, SwitchedBack, refusal
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import ConditionNotMet

SWITCHING = ("SwitchTraffic", "SwitchOnceMore")
"""States that send users there."""


class _BegunSince(Exception):
    """Another run of the switch has noted its beginning."""


class Whereabouts(Milestones):
    """The switch and the way home, as they were begun, seen and undone."""

    attempts: Attempts
    _acting: Acting | None

    def switch_begins(self) -> str:
        """Note that users are about to be sent to the new side; NotTheOwner once it has turned.

        In one transaction with the owner's check, and in the owner's own item: a switch that hung
        must not begin on the way back, nor the way back beside a switch. Returns what this run's
        beginning is known by.
        """
        at, mine = self.milestones().get("switch_began") or stamp(self.clock()), uuid4().hex
        self._note_switch({"at": at}, switched=at, switching=mine)
        return mine

    def switch_not_made(self, mine: str) -> None:
        """Note that users demonstrably stayed where they were: going back loses nothing.

        Not where another run of the switch has begun since, or is at work: it may make it yet, and
        then people decide. NotTheOwner once it has turned.
        """
        if sum(one.state in SWITCHING for one in self.attempts.unfinished()) > 1:
            return
        at = self.milestones().get("switch_began") or stamp(self.clock())
        with suppress(_BegunSince):
            values = {"at": at, "not_made": stamp(self.clock())}
            self._note_switch(values, only={"switching": mine}, switched="")

    def _note_switch(
        self, values: Mapping[str, str], *, only: Mapping[str, str] | None = None, **notes: str
    ) -> None:
        if self._acting is None:
            raise NotTheOwner(f"{self.migration_id}: only a step may say so, and none is at work")
        condition = self._acting.condition(**notes)
        whole = replace(condition, expected={**condition.expected, **(only or {})})
        try:
            self.table.update_under(
                whole,
                self.migration_id,
                f"{self._scope}MILESTONE#switch_began",
                values=values,
            )
        except ConditionNotMet as error:
            item = self.table.get(KEY, KEY)
            if item is not None and condition.holds(item):
                raise _BegunSince from error
            raise refusal(self._acting, Ownership(self.table).last()) from error

    def note_home(self, how_far: SwitchedBack) -> None:
        """Note that users are about to be led home, or are served there; NotTheOwner where this
        step may not say so.

        In the owner's item alone, which few may write: where users are decides whether they may be
        led away again without being asked.
        """
        if self._acting is None:
            raise NotTheOwner(f"{self.migration_id}: only a step may say so, and none is at work")
        Ownership(self.table).note_home(self._acting, how_far)

    def switch_stands(self) -> bool:
        """Whether the switch was begun, and neither seen not to be made nor decided to be taken
        back: by the owner's item alone, for a milestone is any function's word."""
        owner = Ownership(self.table).last()
        if owner is None or owner.migration_id != self.migration_id:
            return False
        # None: in an item of a time before this was noted there.
        return (
            "switch_began" in self.milestones() if owner.switched is None else bool(owner.switched)
        )

    def switched_back(self) -> SwitchedBack | None:
        """How far users were led home; None in an item of a time before this was noted there."""
        owner = Ownership(self.table).last()
        for one in () if owner is None else (owner, owner.stands):
            if one.migration_id == self.migration_id:
                return one.switched_back
        return ""
