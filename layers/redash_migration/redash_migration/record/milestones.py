"""The milestones of a direction: moments that later decisions depend on."""

from __future__ import annotations

from typing import Literal, get_args

from redash_migration.clock import Clock, stamp
from redash_migration.record.reading import time_of
from redash_migration.record.table import RecordTable

Milestone = Literal[
    "started",
    "pause_began",
    "fenced",
    "drained",
    "switch_began",
    "pause_ended",
    "kept",
    "reopened",
    "rolled_back",
    "ended",
]
"""Each is a name in the record. From ``switch_began`` on users may be on the new side; ``reopened``
is noted when the old side answers users again, ``rolled_back`` when all is taken back, ``ended``
when the report is written."""

MILESTONES: tuple[Milestone, ...] = get_args(Milestone)

PAUSE_OVER: frozenset[Milestone] = frozenset({"pause_ended", "reopened"})
"""Either side answers users again."""


class Milestones:
    """Those of one migration in one direction, which ``_scope`` names."""

    table: RecordTable
    migration_id: str
    clock: Clock
    _scope: str

    def milestone(self, name: Milestone) -> str:
        """Note when something happened; the first time counts. Returns that time."""
        return self._first(name)

    def _first(self, name: str) -> str:
        place, at = f"{self._scope}MILESTONE#{name}", stamp(self.clock())
        item = self.table.update(self.migration_id, place, first={"at": at})
        noted = "" if item is None else time_of(item, "at")
        if not noted:  # something stands there that is no time
            self.table.update(self.migration_id, place, values={"at": at})
        return noted or at

    def milestones(self) -> dict[Milestone, str]:
        """Name -> time of every milestone that was reached."""
        prefix = f"{self._scope}MILESTONE#"
        items = self.table.query(self.migration_id, prefix)
        # That it was noted counts, also where somebody has written over when: as of now, then.
        latest = stamp(self.clock())
        at = {str(item["sk"]).removeprefix(prefix): time_of(item, "at") or latest for item in items}
        return {name: at[name] for name in MILESTONES if name in at}
