"""Which rows of a table are read, and how they are hashed."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.row_hash import Scheme
from redash_migration.database.tables.shape import TableShape


@dataclass(frozen=True, slots=True)
class Scan:
    """What is scanned, and how its rows are hashed."""

    shape: TableShape
    part: KeyRange
    scheme: Scheme
