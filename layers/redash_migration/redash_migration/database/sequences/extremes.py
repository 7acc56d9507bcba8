"""The largest values (smallest, for a descending sequence) in the columns that draw from one."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from redash_migration.database.sequences.source import (
    LOCKS_PER_STATEMENT,
    SourceSequence,
    counted_uses,
)
from redash_migration.database.tables.catalog import Connection


def read_extremes(connection: Connection, sequences: Sequence[SourceSequence]) -> list[int | None]:
    """One for each sequence, in their order; None where its columns are empty or not numbers."""
    found: dict[int, int | None] = {}
    lookups: list[sql.Composable] = []
    for place, sequence in enumerate(sequences):
        pick = sql.SQL("max" if sequence.increment > 0 else "min")
        lookups += [
            sql.SQL("SELECT {}::int, {}({})::bigint FROM {}").format(
                sql.Literal(place),
                pick,
                sql.Identifier(use.column),
                sql.Identifier(use.schema, use.table),
            )
            for use in counted_uses(sequence)
        ]
    for first in range(0, len(lookups), LOCKS_PER_STATEMENT):
        batch = lookups[first : first + LOCKS_PER_STATEMENT]
        for place, value in connection.execute(sql.SQL(" UNION ALL ").join(batch)):
            pick_one = max if sequences[place].increment > 0 else min
            known = [each for each in (found.get(place), value) if each is not None]
            found[place] = pick_one(known, default=None)
    return [found.get(place) for place in range(len(sequences))]
