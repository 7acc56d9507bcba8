"""What became of the sequences, written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from redash_migration.database.sequences.goal import SetSequence
from redash_migration.direction import Direction
from redash_migration.errors import SequenceNotSettable
from redash_migration.record.checks import Check, Checks

ARTIFACT = "sequences.json"


class Store(Protocol):
    """Keeps a JSON artifact by name."""

    def put_json(self, name: str, value: Any) -> None:
        """Keep a value under a name."""


def artifact_of(direction: Direction) -> str:
    """Where a direction's sequences are kept."""
    return ARTIFACT if direction == "forward" else f"{direction}/{ARTIFACT}"


def write_sequences(
    checks: Checks, store: Store, sequences: Sequence[SetSequence], artifact: str = ARTIFACT
) -> None:
    """Keep every sequence's values in the artifact and a check of them all.

    Raises SequenceNotSettable, after that, when one is not where it must be.
    """
    store.put_json(artifact, [each.to_json() for each in sequences])
    odd = [each for each in sequences if not each.ok]
    if not odd:
        checks.put(Check("sequences.set", "PASS", f"{len(sequences)} sequences set"))
        return
    detail = "; ".join(f"{each.name}: {each.problem}" for each in odd[:20])
    checks.put(Check("sequences.set", "FAIL", detail, odd[0].remedy))
    raise SequenceNotSettable(f"{detail}; {odd[0].remedy}")
