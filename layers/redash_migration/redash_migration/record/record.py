"""One migration's record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from redash_migration.clock import Clock, moment, now
from redash_migration.direction import Direction
from redash_migration.errors import NotTheOwner
from redash_migration.record.attempts import MARGIN, Attempts
from redash_migration.record.checks import Checks
from redash_migration.record.facts.entries import Entries
from redash_migration.record.facts.facts import Facts
from redash_migration.record.facts.trail import Trail
from redash_migration.record.owner import Acting, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.record.steps import Steps
from redash_migration.record.table import RecordTable
from redash_migration.record.undo.seals import Keys
from redash_migration.record.undo.undo import Undo
from redash_migration.record.wait import Outcome, Resumer, Wait
from redash_migration.record.waits import Waits
from redash_migration.record.whereabouts import Whereabouts


class Record(Facts, Trail, Whereabouts):
    """What is known of one migration; every write is conditional or may be repeated.

    ``acting`` is the step that holds the record, ``undo_keys`` seal its undo list: without both,
    nothing can be put there.
    """

    def __init__(  # noqa: PLR0917 - what a record is made of
        self,
        table: RecordTable,
        migration_id: str,
        clock: Clock = now,
        direction: Direction = "forward",
        acting: Acting | None = None,
        undo_keys: Callable[[], Keys] | None = None,
    ) -> None:
        scope = "" if direction == "forward" else f"{direction.upper()}#"
        super().__init__(table, migration_id, clock, scope)
        self.direction = direction
        prefix = "" if direction == "forward" else f"{direction}."
        self.checks = Checks(table, migration_id, prefix)
        self.undo = Undo(table, migration_id, clock, self._scope, acting, undo_keys)
        self._acting = acting
        self._undo_keys = undo_keys
        self.attempts = Attempts(table, migration_id, clock)
        self.waits = Waits(table, migration_id, clock, acting.run if acting else "")
        self.steps = Steps(table, migration_id, clock)
        self.tables = Entries(table, migration_id, f"{self._scope}TABLE#")

    def of(self, direction: Direction) -> Record:
        """The same migration as one direction sees it.

        Facts, milestones, tables and the undo list belong to a direction, and the ids of its
        checks begin with its name; waits, steps and the audit trail are the migration's.
        """
        return Record(
            self.table, self.migration_id, self.clock, direction, self._acting, self._undo_keys
        )

    def phase(self) -> Phase | None:
        """Which way the migration goes; None when another is the last one."""
        owner = Ownership(self.table, self.clock).last()
        return owner.phase if owner and owner.migration_id == self.migration_id else None

    def turn(
        self,
        phase: Phase,
        *,
        unless_switched: bool = False,
        if_switched: bool = False,
        since: str | None = None,
    ) -> None:
        """The migration goes another way from here; NotTheOwner where this step may not say so, or
        it has turned ``since``, SwitchBegun where users may be on the new side, SwitchNotMade where
        they are not, and that is asked for."""
        if self._acting is None:
            raise NotTheOwner(f"{self.migration_id}: only a step may turn it, and none is at work")
        ownership = Ownership(self.table, self.clock)
        ownership.turn(
            self._acting,
            phase,
            unless_switched=unless_switched,
            if_switched=if_switched,
            since=since,
        )

    def lead_forward(self) -> None:
        """A return has failed: none of its steps begins any more, nor notes a deed."""
        if self._acting is None:
            raise NotTheOwner(f"{self.migration_id}: only a step may turn it, and none is at work")
        Ownership(self.table, self.clock).lead_forward(self._acting)

    def resume(self, wait: Wait, outcome: Outcome, resumer: Resumer) -> bool:
        """Answer a wait and resume its step; True for the one caller whose answer counts."""
        first = self.waits.settle(wait, outcome)
        self.deliver(wait.kind, resumer)
        return first

    def deliver(self, kind: str, resumer: Resumer) -> None:
        """Send a written answer (again) and note how the step ended."""
        state = self.waits.deliver(kind, resumer)
        wait = self.waits.get(kind)
        if state == "DELIVERED" and wait is not None and wait.outcome is not None:
            failed = wait.outcome.result is None
            self.steps.ended(kind, "FAILED" if failed else "SUCCEEDED", wait.outcome.error)

    def not_since(self, phase: Phase) -> str:
        """When the migration turned last; NotTheOwner where that was to ``phase``, and this run was
        on its way before.

        Its state was entered before; one that hung, or was sent twice, would take the next return
        for the one it belonged to. The state machine's clock is compared with itself. What led
        forward again may have been entered after this run's state without a turn: a return may be
        given up before it has turned.
        """
        owner = Ownership(self.table, self.clock).last()
        if self._acting is None or owner is None:
            return ""
        entered = self._acting.entered
        late = owner.turned and entered and moment(owner.turned) > moment(entered)
        given_up = phase == "forward" and entered and owner.led > entered
        if owner.phase == phase and (late or given_up):
            raise NotTheOwner(
                f"{self.migration_id}: turned to {phase} at {owner.turned}, and this run is of a "
                f"state that was entered at {entered}"
            )
        return owner.turned

    def since_entered(self, at: datetime) -> bool:
        """Whether something came to pass since the state at work was entered, as far as clocks
        tell, or since its execution was redriven in it."""
        entered = "" if self._acting is None else self._acting.entered
        return not entered or at + MARGIN >= moment(entered)

    def run(self) -> str:
        """Names the execution at work, and how often it was redriven: what waits since then."""
        if self._acting is None:
            return ""
        execution = hashlib.sha256(self._acting.execution_arn.encode()).hexdigest()[:8]
        return f"{execution}.{self._acting.redrives}"

    def waits_since(self, name: str) -> str:
        """When this run of the machine began to wait for something; the first look counts.

        An execution redriven hours later begins to wait then: an earlier run's clock would have run
        out before its first look.
        """
        return self._first(f"{name}#{self.run()}")
