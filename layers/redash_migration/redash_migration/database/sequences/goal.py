"""Where a sequence must continue, and whether it can."""

from __future__ import annotations

from typing import Any, NamedTuple

from redash_migration.database.sequences.source import SourceSequence

FEW_VALUES = 1000
SMALL_SHARE = 0.01

_LIMITS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}


class SetSequence(NamedTuple):
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
    sequence: SourceSequence,
    extreme: int | None,
    target_value: int,
    *,
    target_called: bool,
    error: str = "",
) -> SetSequence:
    """Compare what the target's sequence says with what the source's and the columns demand.

    `error` holds the server's words where it could not be set.
    """
    problem, remedy = _beyond_bounds(sequence, extreme)
    if error and not problem:
        problem = f"could not be set: {error}"
        remedy = "see the server's message; copy the schema again if the sequence is missing"
    if not problem:
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


def _wanted(sequence: SourceSequence, extreme: int | None) -> int | None:
    """The last value that must not be handed out again; None when none was."""
    pick = max if sequence.increment > 0 else min
    wanted = [sequence.last_value] if sequence.called else []
    wanted += [] if extreme is None else [extreme]
    return pick(wanted, default=None)


def _beyond_bounds(sequence: SourceSequence, extreme: int | None) -> tuple[str, str]:
    wanted = _wanted(sequence, extreme)
    if wanted is None or sequence.minimum <= wanted <= sequence.maximum:
        return "", ""
    return (
        f"a column that uses it holds {wanted}, beyond the sequence's bounds",
        f"ALTER SEQUENCE {sequence.qualified_name} with bounds that hold {wanted}"
        " on the source, then start again",
    )


def _problem(
    sequence: SourceSequence, extreme: int | None, value: int, called: bool
) -> tuple[str, str]:
    direction = 1 if sequence.increment > 0 else -1
    wanted = _wanted(sequence, extreme)
    behind = wanted is not None and (not called or direction * value < direction * wanted)
    if behind and not sequence.cycle:
        return (
            f"stands at {value}, should be past {wanted}",
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
