"""The migration record: what is known, waited for, done and to be undone, in one table."""

from redash_migration.record.checks import Check, Checks
from redash_migration.record.record import Record
from redash_migration.record.table import Item, RecordTable
from redash_migration.record.undo.entry import UndoEntry
from redash_migration.record.undo.undo import Undo
from redash_migration.record.wait import Outcome, Wait
from redash_migration.record.waits import Waits

__all__ = [
    "Check",
    "Checks",
    "Item",
    "Outcome",
    "Record",
    "RecordTable",
    "Undo",
    "UndoEntry",
    "Wait",
    "Waits",
]
