"""Since when a range of a table has been the same on both sides but for what was written later."""

from __future__ import annotations

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.tables.horizon import Horizons
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.record.record import Record


def note_horizons(item: CopyItem, record: Record, horizons: Horizons) -> None:
    """Keep the horizons of a run that compared the whole range."""
    record.put_fact(_fact(item), {**item.range.to_json(), **horizons.to_json()})


def known_horizons(item: CopyItem, record: Record) -> Horizons | None:
    """Since when the range has only to be looked at where it was written; None without a
    pre-copy of the very same range."""
    fact = record.fact(_fact(item))
    if fact is None or KeyRange.from_json(fact) != item.range:
        return None
    return Horizons.from_json(fact)


def _fact(item: CopyItem) -> str:
    return f"precopied/{item.qualified_name}/{item.chunk}"
