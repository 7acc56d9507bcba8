"""Where a sequence must continue, and whether it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redash_migration.database.sequences.source import SourceSequence

FEW_VALUES = 1000
SMALL_SHARE = 0.01

_LIMITS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class SetSequence:
    """A sequence as it stands on the target now.

    `extreme` is the largest value (the smallest, for a descending sequence) in the columns that
    use it, None when they are empty.
    """

    name: str
    source_last_value: int | None
    target_last_value: int | None
    extreme: int | None
    ok: bool
    problem: str = ""
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in the report; the last values are null where none was handed out."""
        return {
            "name": self.name,
            "source_last_value": self.source_last_value,
            "target_last_value": self.target_last_value,
            "max_id": self.extreme,
            "ok": self.ok,
            "problem": self.problem,
            "remedy": self.remedy,
        }


def judge(
    sequence: SourceSequence, extreme: int | None, target_value: int, target_called: bool
) -> SetSequence:
    """Compare what the target's sequence says with what the source's and the columns demand."""
    problem, remedy = _problem(sequence, extreme, target_value, target_called)
    return SetSequence(
        name=sequence.qualified_name,
        source_last_value=sequence.last_value if sequence.called else None,
        target_last_value=target_value if target_called else None,
        extreme=extreme,
        ok=not problem,
        problem=problem,
        remedy=remedy,
    )


def limit(sequence: SourceSequence) -> int:
    """The last value it may hand out: its own bound, or that of the narrowest column."""
    if sequence.increment > 0:
        return min(
            [sequence.maximum, *(_LIMITS[u.type] for u in sequence.uses if u.type in _LIMITS)]
        )
    return max(
        [sequence.minimum, *(-_LIMITS[u.type] - 1 for u in sequence.uses if u.type in _LIMITS)]
    )


def left(sequence: SourceSequence, value: int, called: bool) -> int:
    """How many values it can still hand out, 0 or more."""
    step = abs(sequence.increment)
    distance = (limit(sequence) - value) * (1 if sequence.increment > 0 else -1)
    return max(0, distance // step + (0 if called else 1))


def _problem(
    sequence: SourceSequence, extreme: int | None, value: int, called: bool
) -> tuple[str, str]:
    direction = 1 if sequence.increment > 0 else -1
    wanted = [sequence.last_value] if sequence.called else []
    wanted += [] if extreme is None else [extreme]
    floor = max((direction * each for each in wanted), default=None)
    if floor is not None and (not called or direction * value < floor) and not sequence.cycle:
        past = direction * floor
        if not sequence.minimum <= past <= sequence.maximum:
            return (
                f"a column that uses it holds {past}, beyond the sequence's bounds",
                f"ALTER SEQUENCE {sequence.qualified_name} with bounds that hold {past}"
                " on the source, then start again",
            )
        return (
            f"stands at {value}, should be past {past}",
            "run the step again; if it stays, see who else sets the sequence",
        )
    total = abs(limit(sequence) - sequence.start) // abs(sequence.increment) + 1
    rest = left(sequence, value, called)
    if not sequence.cycle and (rest < 1 or rest < min(FEW_VALUES, SMALL_SHARE * total)):
        return (
            f"only {rest} values left before {limit(sequence)}",
            f"make the columns that use {sequence.qualified_name} bigint and raise the"
            " sequence's bound on the source, then start again",
        )
    return "", ""
