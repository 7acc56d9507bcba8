"""A desk without messages and artifacts, and a table that knows when a decision was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from redash_migration.approval.deciding import finishing, upkeep
from redash_migration.approval.deciding import request as asking
from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.question import Gate
from redash_migration.errors import NotFoundInRecord
from redash_migration.record.table import Item
from tests.interleavings.actors import stand_still
from tests.interleavings.slow_memory import SlowMemory


class Store:
    """Artifacts, of which nobody asks here what was in them."""

    def put_json(self, name: str, content: Any) -> None:
        stand_still()

    def get_json(self, name: str) -> Any:
        raise NotFoundInRecord(name)


class Noting(SlowMemory):
    """Knows when a decision came to be written, by the time that it tells of itself."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock
        self.decided: dict[str, datetime] = {}

    def update(self, pk: str, sk: str, **how: Any) -> Item | None:
        """As the table does it."""
        item = super().update(pk, sk, **how)
        if item is not None and item.get("decided_at"):
            self.decided.setdefault(str(item["decided_at"]), self.clock())
        return item


@dataclass(frozen=True)
class Table(Desk):
    """A desk whose evidence is the run's own."""

    shown: Callable[[], Evidence] = field(kw_only=True)

    def evidence(self, gate: Gate) -> Evidence:
        stand_still()
        return self.shown()


class AtOnce:
    """A look at the table that nobody else can come between."""

    def __init__(self, table: SlowMemory) -> None:
        self._items = table.items

    def get(self, pk: str, sk: str) -> Any:
        return self._items.get((pk, sk))


def quiet(patch: Any) -> None:
    """Messages are not what this is about; a second look needs no time."""
    for module, name in (
        (asking, "send_requests"),
        (upkeep, "send_requests"),
        (upkeep, "send_outcome"),
        (upkeep, "send_reminders"),
        (upkeep, "send_unplanned"),
    ):
        patch.setattr(module, name, lambda *_, **__: True)
    from redash_migration.approval.deciding import answering

    patch.setattr(answering, "send_outcome", lambda *_, **__: None)
    patch.setattr(answering, "send_planned", lambda *_, **__: None)
    patch.setattr(finishing, "_MOMENT_SECONDS", 0.0)
