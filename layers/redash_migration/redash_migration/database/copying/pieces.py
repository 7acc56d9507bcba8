"""What one invocation carries: a table, a range of one, or small tables one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redash_migration.database.copying.horizons import known_horizons
from redash_migration.database.copying.precopy import precopy, try_triggers
from redash_migration.database.copying.restore import both_ends, restore_between
from redash_migration.database.copying.restored import Restored
from redash_migration.database.planning.items import CopyItem
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.record.record import Record


def restore_pieces(
    source: DatabaseAddress, target: DatabaseAddress, items: Sequence[CopyItem], record: Record
) -> list[Restored]:
    """Make each piece on the target what it is on the source, and note it in the table's line.

    Raises as restore_between(), at the first piece that fails; those before it stay, and a repeated
    run finds them equal.
    """
    # On the way back a table is there with its indexes, and no step after this builds them.
    back = record.direction == "return"
    with both_ends(source, target) as (reading, writing):
        known = known_horizons(items, record)
        restored = [
            restore_between(
                reading,
                writing,
                item.schema,
                item.name,
                item.range,
                one_of_many=item.chunks > 1,
                keep_indexes=back and item.chunks > 1,
                since=since,
                at_work=back,
            )
            for item, since in zip(items, known, strict=True)
        ]
    lines: dict[str, dict[str, Any]] = {}
    for item, one in zip(items, restored, strict=True):
        lines.setdefault(one.table, {}).update(one.line(item.chunk))
    record.tables.put_all(lines)
    return restored


def precopy_pieces(
    source: DatabaseAddress, target: DatabaseAddress, items: Sequence[CopyItem], record: Record
) -> list[dict[str, Any]]:
    """The same while Redash goes on writing, each piece certified by a second look, its triggers
    tried; raises IntegrityViolated too."""
    with both_ends(source, target) as (reading, writing):
        done = []
        for item in items:
            done.append(precopy(reading, writing, item, record))
            try_triggers(reading, target, item, record)
        return done
