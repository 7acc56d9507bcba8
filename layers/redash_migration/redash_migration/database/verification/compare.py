"""Comparing tables on both servers at once, several at a time on each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.key_range import KeyRange, KeyRanges
from redash_migration.database.tables.row_hash import scheme_between
from redash_migration.database.tables.scan import Scan
from redash_migration.database.tables.shape import TableShape, read_shapes
from redash_migration.database.verification.buckets import EqualBuckets, remaining, unchanged
from redash_migration.database.verification.checksum import Checksum, together
from redash_migration.database.verification.differing import differing_keys
from redash_migration.database.verification.outcome import Compared
from redash_migration.database.verification.side import Side
from redash_migration.failure_text import words

CONNECTIONS_PER_SIDE = 2
EVERYTHING = KeyRange()


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or a range of one, with what an earlier comparison found."""

    schema: str
    name: str
    range: KeyRange = EVERYTHING
    equal: EqualBuckets | None = None

    @property
    def qualified_name(self) -> str:
        """``schema.table``, unquoted, as in plan and report."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections scan at the same time on each side."""

    source: int = CONNECTIONS_PER_SIDE
    target: int = CONNECTIONS_PER_SIDE


def compare(
    source: DatabaseAddress,
    target: DatabaseAddress,
    parts: Sequence[Part],
    limits: Limits | None = None,
) -> list[Compared]:
    """Compare every part; the outcomes in the order of the parts.

    Give the largest first: they are taken up in order, on each side by its own connections. What
    differs is narrowed down to its keys. A part that a server refuses to read is unknown; raises
    psycopg.OperationalError when a server is gone.
    """
    limits = limits or Limits()
    names = sorted({(part.schema, part.name) for part in parts})
    with (
        closing(open_session(source, purpose="verify-source")) as there,
        closing(open_session(target, purpose="verify-target")) as here,
    ):
        scheme = scheme_between(there, here)
        shapes = read_shapes(there, names)
        lacking = _lacking(shapes, read_shapes(here, names), names)
        wanted = []
        kept: dict[int, Checksum] = {}
        for place, part in enumerate(parts):
            if (part.schema, part.name) in lacking:
                continue
            shape = shapes[part.schema, part.name]
            rest: KeyRange | KeyRanges = part.range
            if part.equal is not None:
                same = unchanged(there, here, Scan(shape, part.range, scheme), part.equal)
                rest = KeyRanges(tuple(remaining(part.range, part.equal, same)))
                kept[place] = together(same.values())
            wanted.append((place, shape, rest))
        sides = [
            Side(
                address,
                purpose=f"verify-{label}",
                first=session,
                connections=connections,
                wanted=wanted,
                scheme=scheme,
            )
            for address, label, session, connections in (
                (source, "source", there, limits.source),
                (target, "target", here, limits.target),
            )
        ]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
        outcomes = []
        for place, part in enumerate(parts):
            reason = lacking.get((part.schema, part.name))
            if reason:
                outcomes.append(Compared(part.qualified_name, None, None, "different", reason))
                continue
            result = _outcome(part, *(side.result(place, kept.get(place)) for side in sides))
            if result.verdict == "different" and result.source and result.target:
                shape = shapes[part.schema, part.name]
                rows = max(result.source.rows, result.target.rows)
                keys = differing_keys(there, here, Scan(shape, part.range, scheme), rows)
                result = replace(result, keys=tuple(keys))
            outcomes.append(result)
        return outcomes


def _outcome(
    part: Part, there: Checksum | psycopg.Error, here: Checksum | psycopg.Error
) -> Compared:
    for side, result in (("source", there), ("target", here)):
        if isinstance(result, psycopg.Error):
            reason = f"could not be read on the {side}: {words(result)}"
            return Compared(part.qualified_name, None, None, "unknown", reason)
    assert isinstance(there, Checksum)  # noqa: S101 - errors were returned above
    assert isinstance(here, Checksum)  # noqa: S101
    return Compared.of(part.qualified_name, there, here)


def _lacking(
    there: dict[tuple[str, str], TableShape],
    here: dict[tuple[str, str], TableShape],
    names: Sequence[tuple[str, str]],
) -> dict[tuple[str, str], str]:
    """Tables that can't be compared row by row since a side lacks them or a column of them."""
    reasons = {}
    for name in names:
        if name not in there or name not in here:
            reasons[name] = f"no such table on the {'source' if name not in there else 'target'}"
            continue
        theirs = {(column.name, column.type) for column in there[name].columns}
        ours = {(column.name, column.type) for column in here[name].columns}
        if theirs != ours:
            odd = ", ".join(sorted({column for column, _ in theirs ^ ours}))
            reasons[name] = f"columns differ between the sides: {odd}"
    return reasons
