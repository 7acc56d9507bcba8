"""One migration at a time: the lock, and the migration that holds it."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.clock import Clock, now, stamp
from redash_migration.record.table import Item, RecordTable

_PK = "LOCK"


@dataclass(frozen=True, slots=True)
class ActiveMigration:
    """The migration that holds the lock."""

    migration_id: str
    execution_arn: str
    since: str


class MigrationLock:
    """Held from Begin to the end of the report."""

    def __init__(self, table: RecordTable, clock: Clock = now) -> None:
        self._table = table
        self._clock = clock

    def take(
        self, migration_id: str, execution_arn: str, *, instead_of: ActiveMigration | None = None
    ) -> bool:
        """Take the lock; True also when this migration holds it already.

        ``instead_of`` names a holder whose execution was seen to have ended without a release.
        """
        item: Item = {
            "pk": _PK,
            "sk": _PK,
            "migration_id": migration_id,
            "execution_arn": execution_arn,
            "since": stamp(self._clock()),
        }
        if instead_of is not None:
            self._table.delete(_PK, _PK, expected={"migration_id": instead_of.migration_id})
        if self._table.put_new(item):
            return True
        holder = self.holder()
        return holder is not None and holder.migration_id == migration_id

    def holder(self) -> ActiveMigration | None:
        """Who holds the lock."""
        item = self._table.get(_PK, _PK)
        if item is None:
            return None
        return ActiveMigration(
            migration_id=str(item["migration_id"]),
            execution_arn=str(item["execution_arn"]),
            since=str(item["since"]),
        )

    def release(self, migration_id: str) -> None:
        """Give the lock back; nothing when another migration holds it."""
        self._table.delete(_PK, _PK, expected={"migration_id": migration_id})
