"""The comparison before the freeze, and what the one in the write pause takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from time import monotonic
from typing import Any

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.prediction.update import note_measured
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.row_hash import scheme_between
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import read_shape
from redash_migration.database.verification.buckets import EqualBuckets, compare_buckets
from redash_migration.database.verification.compare import Part
from redash_migration.record.record import Record


def precopy_comparison(
    source: DatabaseAddress, target: DatabaseAddress, items: Sequence[CopyItem], record: Record
) -> dict[str, Any]:
    """Compare the items and keep what is equal. A table that can't be pre-compared (no single
    integer key) is simply compared in full later."""
    found = 0
    seconds = 0.0
    with (
        closing(open_session(source, purpose="precopy-source")) as there,
        closing(open_session(target, purpose="precopy-target")) as here,
    ):
        scheme = scheme_between(there, here)
        for item in items:
            began = monotonic()
            shape = read_shape(there, item.schema, item.name)
            equal = compare_buckets(there, here, Scan(shape, item.range, scheme))
            if equal is not None:
                record.put_fact(_fact(item), equal.to_json())
                found += sum(part.rows for part in equal.checksums.values())
            took = monotonic() - began
            note_measured(record, item.qualified_name, summed=round(took * item.chunks, 3))
            seconds += took
    return {"rows_equal": found, "seconds": round(seconds, 3)}


def with_precopy(items: Sequence[CopyItem], record: Record) -> list[Part]:
    """The parts to compare, with what the pre-comparison remembers of them."""
    parts = []
    for item in items:
        known = record.fact(_fact(item)) if item.precopied else None
        equal = None if known is None else EqualBuckets.from_json(known)
        parts.append(Part(item.schema, item.name, item.range, equal))
    return parts


def _fact(item: CopyItem) -> str:
    return f"precompared/{item.qualified_name}/{item.chunk}"
