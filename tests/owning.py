"""A migration's record in the hands of the execution that owns it."""

from __future__ import annotations

from redash_migration.approval.links.keyring import KeyRing
from redash_migration.clock import Clock, now
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, Acting, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable

EXECUTION = "arn:aws:states:ap-northeast-1:123456789012:execution:redash-migration:example"


UNDO_KEYS = KeyRing("u1", {"u1": bytes(range(32))})
"""What seals the undo lists of tests."""


def undo_keys() -> KeyRing:
    """As ``wiring.undo_keys``."""
    return UNDO_KEYS


def owned(
    table: RecordTable,
    migration_id: str,
    clock: Clock = now,
    *,
    execution: str = "",
    phases: tuple[Phase, ...] = PHASES,
) -> Record:
    """The record as a step of ``execution`` holds it, which becomes the owner for that.

    Without a name it is EXECUTION, or, after another migration, one of its own.
    """
    ownership = Ownership(table, clock)
    last = ownership.last()
    if not execution:
        another = last is not None and last.migration_id != migration_id
        execution = f"{EXECUTION}-{migration_id}" if another else EXECUTION
    taken = ownership.take(migration_id, execution, instead_of=last)
    assert taken is not None
    assert ownership.looked(taken)
    acting = Acting(migration_id, execution, phases)
    return Record(table, migration_id, clock, acting=acting, undo_keys=undo_keys)
