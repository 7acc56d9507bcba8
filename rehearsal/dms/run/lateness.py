"""Changes arrive late, by as much as the clock says: the canary is held back for so long.

Changes are applied in the order of their commits, so what was committed behind the canary waits
with it; what came before it is on the target already. Only the canary's own table is locked: nobody
else writes there.
"""

from __future__ import annotations

import time

import psycopg

from rehearsal.dms.databases.engine import Engine
from rehearsal.dms.databases.holding import Hold
from rehearsal.dms.task.mappings import TableName
from rehearsal.timing import clock

CANARY: TableName = ("redash_migration", "canary")
_ROWS = "SELECT migration_id, mark FROM redash_migration.canary ORDER BY 1"


class Lateness:
    """Holds the canary of one run back; ``look`` is to be called again and again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hold = Hold(engine.target)
        self._due = 0.0

    def look(self, carried: frozenset[TableName]) -> None:
        """Take the lock while nothing is on its way, and give way once it has been long enough."""
        if clock().profile is None or CANARY not in carried:
            return
        if not self._on_its_way():
            self._due = 0.0
            self._hold.take({CANARY})
        elif not self._due:
            self._due = time.monotonic() + clock().seconds("dms.apply")
        elif time.monotonic() >= self._due:
            self._hold.release()

    def _on_its_way(self) -> bool:
        try:
            with self._engine.source.connect() as old, self._engine.target.connect() as new:
                return old.execute(_ROWS).fetchall() != new.execute(_ROWS).fetchall()
        except psycopg.errors.UndefinedTable:
            return False

    def release(self) -> None:
        """Hold nothing back any more."""
        self._hold.release()
