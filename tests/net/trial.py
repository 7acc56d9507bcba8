"""One generated source: carried by the project's functions, judged by the oracle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import psycopg

from redash_migration.database.schema.left_behind import ARTIFACT
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.errors import ReturnNotPossible, SchemaChanged
from tests.net.carriage import Carriage, Refused
from tests.net.grammar import Source
from tests.net.homecoming import bring_home
from tests.net.laboratory import Laboratory, execute, opened
from tests.net.oracle import (
    beside,
    contents,
    differences,
    next_values,
    psql,
    right_next_values,
    rows_of_extensions,
    taken_twice,
    truth,
)

REASONS = frozenset(
    {
        *("source.alembic", "source.large_objects", "source.sequences", "source.extension_rows"),
        *("databases.encoding", "source.row_security", "databases.row_security"),
        *("databases.features", "databases.hash_partitions", "source.search_path"),
        *("source.event_triggers", "source.orphans", "source.names"),
    }
)
"""Checks that may refuse a generated source: whatever else refuses one is a fault."""


@dataclass
class Tally:
    """What went through: sources by outcome, tables by their way, statements left out."""

    outcomes: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    returned: int = 0

    def __str__(self) -> str:
        return (
            f"{sum(self.outcomes.values())} sources ({_listed(self.outcomes)}),"
            f" {sum(self.tables.values())} tables ({_listed(self.tables)}),"
            f" {self.returned} returned,"
            f" {self.left_out} statements that the server refused"
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


class PassedOver(Exception):
    """The server or the preflight refused what the source was to show."""


def trial(
    laboratory: Laboratory,
    source: Source,
    tally: Tally,
    *,
    piece_bytes: int | None = None,
    shows: str = "",
    home: bool = False,
) -> None:
    """Carry a source and judge it; then, if it is to come `home`, let users write the same on the
    new side, carry that home and judge it again. Raises AssertionError with what is not as it
    should be, and PassedOver where the statements that the server takes are none that `shows`
    finds, or are refused for another reason."""
    with laboratory.databases():
        old = laboratory.make_source("", source.encoding)
        refused = apply(old, source.made)
        source = replace(source, made=[each for each in source.made if each not in refused])
        if not re.search(shows, repr(source)):
            raise PassedOver
        tally.left_out += len(refused)
        carriage = laboratory.carriage(
            old,
            plain_role=source.plain_role,
            piece_bytes=piece_bytes,
            early_bytes=1 if piece_bytes else None,
        )
        altered = len(source.altered)
        with opened(old) as session:

            def begin() -> None:
                session.execute("BEGIN")
                tally.left_out += _within(session, source.kept_open)
                # Who writes later ends sooner: a horizon has to lie before the one kept open.
                execute(old, "SELECT txid_current()")

            def meanwhile() -> None:
                tally.left_out += len(apply(old, source.meanwhile, published=True))

            def change() -> None:
                nonlocal altered
                session.execute("COMMIT")
                session.close()
                tally.left_out += len(apply(old, source.changes, published=True))
                altered -= len(apply(old, source.altered))

            try:
                carriage.carry(change, begin, meanwhile)
            except Refused as refused:
                _judge_refusal(refused, source)
                tally.outcomes.update({", ".join(sorted(refused.reasons)): 1})
                if shows:
                    raise PassedOver from refused
                return
            except Exception as error:
                if isinstance(error, SchemaChanged) and altered:
                    tally.outcomes["SchemaChanged"] += 1
                    return
                error.add_note(f"in the write pause, or before it:\n{source}")
                raise
        tally.outcomes["carried"] += 1
        tally.tables.update(table.method for table in carriage.plan.tables)
        judge(laboratory, carriage, source)
        # A plain role may not write everything on the old side: source.may_return warns of it.
        if home and not source.plain_role:
            apply(carriage.target, source.changes)
            try:
                bring_home(carriage)
            except ReturnNotPossible as error:
                # Known before: of old rows that break it, a constraint NOT VALID takes none again.
                if "NOT VALID" not in str(error):
                    raise
                tally.outcomes.update({"carried": -1, "carried, not home again": 1})
                return
            judge_at_home(laboratory, carriage, source)
            tally.returned += 1


def _judge_refusal(refused: Refused, source: Source) -> None:
    strange = {k: v for k, v in refused.reasons.items() if k not in REASONS}
    if "source.row_security" in refused.reasons:
        strange = {}  # whatever else has to read the table can't be answered either
    assert not strange, f"refused for no good reason: {strange}\n{source}"


def judge_at_home(laboratory: Laboratory, carriage: Carriage, source: Source | None = None) -> None:
    """Compare the old side with the new one that was left, each as pg_dump has it."""
    reference = laboratory.empty_target()
    odd = differences(contents(carriage.target), truth(carriage.dms, reference))
    assert not odd, "\n".join(["at home:", *odd, str(source)])
    there, here = next_values(carriage.target), next_values(reference)
    wrong = {name: (value, here.get(name)) for name, value in there.items() if here[name] != value}
    assert not wrong, f"next values at home (right, found): {wrong}\n{source}"


def judge(laboratory: Laboratory, carriage: Carriage, source: Source | None = None) -> None:
    """Compare the target, after left-behind.sql, with what pg_dump and psql make of the source."""
    lost = rows_of_extensions(carriage.dms)
    assert not lost, f"rows of extensions were not carried: {lost}\n{source}"
    twice = taken_twice(carriage.source, carriage.pieces)
    assert not twice, f"{twice}\n{source}"
    script = carriage.store.kept.get(ARTIFACT, b"").decode()
    complaints = [line for line in psql(carriage.target, script) if "already exists" not in line]
    assert not complaints, f"left-behind.sql: {complaints}\n{source}"
    reference = laboratory.empty_target()
    wanted = truth(carriage.dms, reference)
    odd = differences(wanted, contents(carriage.target))
    odd += differences(beside(carriage.dms), beside(carriage.target))
    assert not odd, "\n".join([*odd, str(source)])
    there, here = right_next_values(reference), next_values(carriage.target)
    wrong = {name: (value, here.get(name)) for name, value in there.items() if here[name] != value}
    assert not wrong, f"next values (right, found): {wrong}\n{source}"


def apply(
    address: DatabaseAddress, statements: Sequence[str], *, published: bool = False
) -> list[str]:
    """Run what the server takes; the statements that it refused. What it refuses because of the
    replication would have stopped users."""
    refused = []
    for statement in statements:
        try:
            execute(address, statement)
        except psycopg.errors.ObjectNotInPrerequisiteState:
            assert not published, f"the replication keeps users from {statement}"
            refused.append(statement)
        except psycopg.Error:
            refused.append(statement)
    return refused


def _within(session: psycopg.Connection[tuple[object, ...]], statements: Sequence[str]) -> int:
    """The same within one transaction."""
    left_out = 0
    for statement in statements:
        try:
            with session.transaction():
                session.execute(statement.encode())
        except psycopg.Error:
            left_out += 1
    return left_out
