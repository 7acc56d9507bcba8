"""Where a sequence must continue, and whether it can.

The rules, in their order:

1. A sequence that goes round (CYCLE) continues exactly where the source's stood: what its columns
   hold is from earlier rounds.
2. Every other one continues where the source's stood, called or not (RESTART WITH n leaves it *at*
   n, not called: n comes next, wherever n is), unless a column that draws from it holds a value
   that it has yet to come to. Then it continues behind that value, on its own raster: what an
   INCREMENT of 2 has kept odd stays odd.
3. It is never moved backwards, in its own direction: a step may run twice.

It can when that place is within its bounds. How many values are left is the source's own trouble,
and judged before anybody is asked; the write pause changes nothing about it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from redash_migration.database.sequences.source import SourceSequence

FEW_VALUES = 1000
SMALL_SHARE = 0.01

_LIMITS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}


class Position(NamedTuple):
    """As setval() takes it: `value` was handed out last when `called`, else it comes first."""

    value: int
    called: bool

    def following(self, increment: int) -> int:
        """The value that comes next, if the bounds allow it."""
        return self.value + increment if self.called else self.value


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


def goal(sequence: SourceSequence, extreme: int | None) -> Position:
    """Where it must continue, by the first two rules."""
    stands = Position(sequence.last_value, sequence.called)
    if sequence.cycle or not behind(sequence, stands, extreme):
        return stands
    assert extreme is not None  # noqa: S101 - nothing is behind nothing
    steps = (extreme - stands.value) // sequence.increment
    return Position(stands.value + steps * sequence.increment, called=True)


def behind(sequence: SourceSequence, stands: Position, extreme: int | None) -> bool:
    """Whether it would still come to, or pass, a value that a column holds."""
    if extreme is None:
        return False
    distance = extreme - stands.following(sequence.increment)
    return distance >= 0 if sequence.increment > 0 else distance <= 0


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
    problem, remedy = beyond_bounds(sequence, extreme)
    if error and not problem:
        problem = f"could not be set: {error}"
        remedy = "see the server's message; copy the schema again if the sequence is missing"
    stands = Position(target_value, target_called)
    if not problem and not _reached(sequence, goal(sequence, extreme), stands):
        problem = (
            f"{stands.following(sequence.increment)} comes next, should be"
            f" {goal(sequence, extreme).following(sequence.increment)}"
        )
        remedy = "run the step again; if it stays, see who else sets the sequence"
    return SetSequence(
        name=sequence.qualified_name,
        source_last_value=sequence.last_value if sequence.called else None,
        target_last_value=target_value if target_called else None,
        extreme=extreme,
        ok=not problem,
        problem=problem,
        remedy=remedy,
    )


def beyond_bounds(sequence: SourceSequence, extreme: int | None) -> tuple[str, str]:
    """What is wrong, and the remedy, when no place within its bounds is right; else ("", "")."""
    if sequence.minimum <= goal(sequence, extreme).value <= sequence.maximum:
        return "", ""
    return (
        f"a column that uses it holds {extreme}, beyond the sequence's bounds",
        f"ALTER SEQUENCE {sequence.qualified_name} with bounds that hold {extreme}"
        " on the source, then start again",
    )


def near_its_end(sequence: SourceSequence, extreme: int | None) -> tuple[str, str]:
    """What is wrong, and the remedy, when columns draw from it and few values are left."""
    if sequence.cycle or not sequence.uses:
        return "", ""
    total = abs(limit(sequence) - sequence.start) // abs(sequence.increment) + 1
    rest = left(sequence, goal(sequence, extreme))
    if rest >= 1 and rest >= min(FEW_VALUES, SMALL_SHARE * total):
        return "", ""
    return (
        f"only {rest} values left before {limit(sequence)}",
        f"make the columns that use {sequence.qualified_name} bigint and raise the"
        " sequence's bound on the source, then start again",
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


def left(sequence: SourceSequence, stands: Position) -> int:
    """How many values it can still hand out, 0 or more."""
    step = abs(sequence.increment)
    distance = (limit(sequence) - stands.value) * (1 if sequence.increment > 0 else -1)
    return max(0, distance // step + (0 if stands.called else 1))


def _reached(sequence: SourceSequence, wanted: Position, stands: Position) -> bool:
    step = sequence.increment
    if sequence.cycle:
        return stands.following(step) == wanted.following(step)
    ahead = stands.following(step) - wanted.following(step)
    return ahead * (1 if step > 0 else -1) >= 0
