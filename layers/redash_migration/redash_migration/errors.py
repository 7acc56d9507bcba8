"""Every failure the migration can name.

Step Functions matches on class names, so this tree is also the list for ErrorEquals and the list
of names that a report's ``error.name`` can hold::

    MigrationError
    +-- InvalidInput             the execution's or a step's input is wrong; nothing was changed
    +-- MissingSetting           a function's environment lacks a variable
    +-- MigrationInProgress      another migration is not at its end
    +-- NotTheOwner              the step's execution may not act (any more)
    +-- NotApproved              no person's decision, sealed with the links' key, is in the record
    +-- SwitchBegun              users may be on the new side: people decide whether to go back
    +-- TransientFailure         worth another try as it is (throttled, connection lost)
    +-- DatabaseRefused          a database refuses our role, password, address or certificate
    +-- StatementRefused         a database refuses a statement; its words, without any value
    +-- Unforeseen               a failure that nobody has named: its kind and its place in the code
    +-- NotFoundInRecord         the record or an artifact that a step builds on is not there
    +-- WaitFailed               what a token step waited for ended badly
    |   +-- ReplicationTaskFailed
    |   +-- CommandFailed
    +-- CheckFailed              a gate stays closed
    |   +-- PreflightFailed
    |   +-- FullLoadIncomplete
    |   +-- ReplicationNotInSync
    |   +-- WalBudgetExceeded
    |   +-- SchemaChanged        somebody altered the source's schema after it was planned for
    |   +-- ListenerClosed       somebody has put the listener on 503 by hand
    |   +-- TargetNotHealthy
    |   +-- NewHomeNotProven     asked from its own network, the new Redash can't work as it is
    |   +-- SwitchNotMade        the listener still answers with the maintenance page
    |   +-- WorkersNotRunning        users are served, but scheduler and workers don't run
    |   +-- TasksStillRun        a return waits for the new side's tasks to end
    |   +-- ReturnNotPossible    going back would lose something, or is not known to be safe
    |   +-- SmokeTestFailed
    |   +-- DataMismatch
    |   +-- IntegrityViolated
    |   +-- SequenceNotSettable
    +-- SchemaNotCopied          the source's schema could not be put on the target
    +-- TargetNotEmpty           the target holds something this migration did not make
    +-- PauseBudgetExceeded      the write pause lasted longer than was granted for it
    +-- FenceNotHeld             somebody still writes on the source
    +-- NotDrained               changes of the source have not all arrived
    +-- CopyFailed               a table could not be carried over
    +-- RollBackIncomplete       at least one undo could not be carried out
"""

from __future__ import annotations

from redash_migration.plain_text import plain


class MigrationError(Exception):
    """Root of all failures the migration names; its text is a plain line, whatever is named."""

    def __str__(self) -> str:
        return plain(super().__str__())


class InvalidInput(MigrationError):
    """Bad input, found before anything is changed; the message names the field and the remedy."""


class MissingSetting(MigrationError):
    """An environment variable that the function needs is absent or empty."""


class MigrationInProgress(MigrationError):
    """A migration is already running; one at a time."""


class NotTheOwner(MigrationError):
    """The step's execution does not own the migration, or the migration has turned another way."""


class NotApproved(MigrationError):
    """What only people decide may not begin: nobody has, or it was written past them."""


class UndoForged(MigrationError):
    """An entry of the undo list is not as a step wrote it: its seal is wrong, so it is not used."""


class SwitchBegun(MigrationError):
    """A roll-back finds that the switch was begun, and that nobody has decided to go back."""


class TransientFailure(MigrationError):
    """Worth another try unchanged; the state machine retries it with back-off."""


class DatabaseRefused(MigrationError):
    """A database server refuses our role, password, address or certificate: see its secret."""


class StatementRefused(MigrationError):
    """A database server refuses a statement; its message is told where it holds no value."""


class Unforeseen(MigrationError):
    """Something failed that has no name here; the message tells its kind and place in the code."""


class NotFoundInRecord(MigrationError):
    """A record entry or artifact that the step needs does not exist."""


class WaitFailed(MigrationError):
    """What a token step waited for ended badly."""


class ReplicationTaskFailed(WaitFailed):
    """The replication task failed, or stopped for another reason than the one waited for."""


class CommandFailed(WaitFailed):
    """A command on the source host failed, was cancelled or ran into its time limit."""


class CheckFailed(MigrationError):
    """A gate stays closed because a check did not pass."""


class PreflightFailed(CheckFailed):
    """At least one preflight check says FAIL or UNKNOWN."""


class FullLoadIncomplete(CheckFailed):
    """The task stopped, but not every table is complete and free of error rows."""


class ReplicationNotInSync(CheckFailed):
    """Change capture did not come into step, or validation found differences."""


class WalBudgetExceeded(CheckFailed):
    """The replication slot holds more WAL on the source than was granted, or was lost."""


class SchemaChanged(CheckFailed):
    """The source's schema is no longer the one that was planned for and copied."""


class ListenerClosed(CheckFailed):
    """The listener answers 503 already and not by this migration: nobody would reopen it."""


class TargetNotHealthy(CheckFailed):
    """No healthy target in the new target group."""


class NewHomeNotProven(CheckFailed):
    """Asked from its own network before anybody is, the new Redash can't work as it is."""


class SwitchNotMade(CheckFailed):
    """The listener could not be pointed to the new home; it answers as before."""


class WorkersNotRunning(CheckFailed):
    """Scheduler and workers of the new home don't come up; users are served without them."""


class TasksStillRun(CheckFailed):
    """ECS has not ended the tasks of the new side in time."""


class ReturnNotPossible(CheckFailed):
    """Nothing was changed: users stay on the new side. The message says what stands in the way."""


class SmokeTestFailed(CheckFailed):
    """The new Redash does not answer as a working Redash does."""


class DataMismatch(CheckFailed):
    """Source and target differ in at least one row."""


class IntegrityViolated(CheckFailed):
    """A constraint, trigger or setting on the target is not as on the source."""


class SequenceNotSettable(CheckFailed):
    """A sequence can't hold the value that it must continue from."""


class SchemaNotCopied(MigrationError):
    """The source's schema could not be put on the target."""


class TargetNotEmpty(MigrationError):
    """The target holds something that this migration did not make."""


class PauseBudgetExceeded(MigrationError):
    """The write pause has lasted as long as WritePauseBudgetSeconds grants."""


class FenceNotHeld(MigrationError):
    """Somebody still writes on the source although it is fenced."""


class NotDrained(MigrationError):
    """Changes of the source have not all arrived on the target."""


class CopyFailed(MigrationError):
    """A table could not be carried over."""


class RollBackIncomplete(MigrationError):
    """At least one undo could not be carried out; the message names each with its remedy."""
