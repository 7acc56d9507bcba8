"""All sequences of the target, from the source's values and the columns that use them."""

from __future__ import annotations

from contextlib import closing

from redash_migration.database.sequences.goal import SetSequence, judge
from redash_migration.database.sequences.source import read_sequences
from redash_migration.database.sequences.target import set_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session


def fix_sequences(source: DatabaseAddress, target: DatabaseAddress) -> list[SetSequence]:
    """Set every sequence where goal.py says; reports each, also those that can't be set."""
    with closing(open_session(source, purpose="read-sequences")) as session:
        sequences = read_sequences(session)
    states = set_sequences(target, sequences)
    return [
        judge(
            sequence,
            state.extreme,
            state.last_value,
            target_called=state.called,
            error=state.error,
        )
        for sequence, state in zip(sequences, states, strict=True)
    ]
