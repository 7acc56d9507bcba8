"""An early check: the sequences judged as the write pause will judge them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from redash_migration.database.sequences.extremes import read_extremes
from redash_migration.database.sequences.goal import (
    Position,
    behind,
    beyond_bounds,
    near_its_end,
)
from redash_migration.database.sequences.source import SourceSequence, read_sequences
from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

NAME = "source.sequences"


def judged_sequences(connection: Connection) -> Iterable[Check]:
    """FAIL when one can't continue, or soon can't; WARN when one is behind its column's values."""
    sequences = read_sequences(connection)
    extremes = read_extremes(connection, sequences)
    pairs = list(zip(sequences, extremes, strict=True))
    odd, remedies = [], []
    for sequence, extreme in pairs:
        problem, remedy = beyond_bounds(sequence, extreme)
        if not problem:
            problem, remedy = near_its_end(sequence, extreme)
        if problem:
            odd.append(f"{sequence.qualified_name}: {problem}")
            remedies.append(remedy)
    if odd:
        yield Check(NAME, "FAIL", listed(odd), remedies[0])
        return
    late = _behind(pairs)
    if late:
        yield Check(
            NAME,
            "WARN",
            f"behind what their columns hold: {listed(late)}",
            "On the new side they continue behind these values, as setval() does it by hand.",
        )
        return
    yield Check(NAME, "PASS", f"{len(sequences)} sequences can continue")


def _behind(pairs: Sequence[tuple[SourceSequence, int | None]]) -> list[str]:
    return [
        f"{sequence.qualified_name} ({extreme})"
        for sequence, extreme in pairs
        if not sequence.cycle
        and behind(sequence, Position(sequence.last_value, sequence.called), extreme)
    ]
