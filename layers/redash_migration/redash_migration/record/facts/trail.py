"""The audit trail: what was asked, sent, decided and resumed."""

from __future__ import annotations

from typing import Any

from redash_migration.clock import Clock, stamp
from redash_migration.record.facts.packing import as_text
from redash_migration.record.reading import number_of, object_of, text_of, time_of
from redash_migration.record.table import RecordTable


class Trail:
    """The audit trail of one migration."""

    table: RecordTable
    migration_id: str
    clock: Clock

    def audit(self, event: str, **details: Any) -> None:
        """Append to the audit trail; nothing in it is ever changed."""
        at = stamp(self.clock())
        counter = self.table.update(self.migration_id, "COUNTER#audit", add={"value": 1})
        number = 0 if counter is None else number_of(counter, "value")
        self.table.put_new(
            {
                "pk": self.migration_id,
                "sk": f"AUDIT#{at}#{number:06d}",
                "event": event,
                "at": at,
                "body": as_text(details),
            }
        )

    def audit_trail(self) -> list[dict[str, Any]]:
        """Every audit entry in its order: ``{"at", "event", ...details}``."""
        return [
            {
                "at": at,
                "event": text_of(item, "event"),
                **{
                    name: value
                    for name, value in (object_of(text_of(item, "body")) or {}).items()
                    if name not in {"at", "event"}
                },
            }
            for item in self.table.query(self.migration_id, "AUDIT#")
            if (at := time_of(item, "at"))
        ]
