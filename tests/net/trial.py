"""One generated source: carried by the project's functions, judged by the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from tests.net.carriage import Carriage, Refused
from tests.net.grammar import Source
from tests.net.laboratory import Laboratory, execute
from tests.net.oracle import contents, differences, truth

REASONS = frozenset({"source.alembic", "source.large_objects", "source.sequences"})
"""Checks that may refuse a generated source: whatever else refuses one is a fault."""


@dataclass
class Tally:
    """What went through: sources by outcome, tables by their way, statements left out."""

    outcomes: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    left_out: int = 0

    def __str__(self) -> str:
        return (
            f"{sum(self.outcomes.values())} sources ({_listed(self.outcomes)}),"
            f" {sum(self.tables.values())} tables ({_listed(self.tables)}),"
            f" {self.left_out} statements that the server refused"
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def trial(
    laboratory: Laboratory, source: Source, tally: Tally, *, piece_bytes: int | None = None
) -> None:
    """Carry a source and judge it. Raises AssertionError with what is not as it should be."""
    with laboratory.databases():
        old = laboratory.make_source("")
        tally.left_out += apply(old, source.made)
        carriage = laboratory.carriage(
            old, piece_bytes=piece_bytes, early_bytes=1 if piece_bytes else None
        )

        def change() -> None:
            tally.left_out += apply(old, source.changes)

        try:
            carriage.carry(change)
        except Refused as refused:
            strange = {k: v for k, v in refused.reasons.items() if k not in REASONS}
            assert not strange, f"refused for no good reason: {strange}\n{source}"
            tally.outcomes.update(refused.reasons)
            return
        except Exception as error:
            error.add_note(f"in the write pause, or before it:\n{source}")
            raise
        tally.outcomes["carried"] += 1
        tally.tables.update(table.method for table in carriage.plan.tables)
        judge(laboratory, carriage, source)


def judge(laboratory: Laboratory, carriage: Carriage, source: Source) -> None:
    """Compare the target with what pg_dump and psql make of the source."""
    wanted = truth(carriage.source, laboratory.empty_target())
    odd = differences(wanted, contents(carriage.target))
    assert not odd, "\n".join([*odd, str(source)])


def apply(address: DatabaseAddress, statements: Sequence[str]) -> int:
    """Run what the server takes; how many statements it refused."""
    left_out = 0
    for statement in statements:
        try:
            execute(address, statement)
        except psycopg.Error:
            left_out += 1
    return left_out
