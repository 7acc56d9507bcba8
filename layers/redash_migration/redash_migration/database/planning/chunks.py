"""Cutting a table into ranges of its primary key that hold about the same number of bytes."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from redash_migration.database.planning.pace import MOST_PIECES, Pace
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.errors import CopyFailed


@dataclass(frozen=True, slots=True)
class KeyStatistics:
    """What is known of a primary key's first column without reading the table.

    `bounds` are values that cut the rows into equal shares, as in pg_stats.histogram_bounds,
    smallest and largest included, in the order of their type; `integer` keys can be interpolated
    between them. `columns` counts the columns of the key.
    """

    integer: bool
    bounds: tuple[str, ...]
    columns: int = 1


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table's name, rows and bytes (uncompressed), with its key's statistics where known."""

    name: str
    rows: int
    bytes: int
    key: KeyStatistics | None = None


def plan_chunks(table: TableSize, pace: Pace) -> list[KeyRange]:
    """Ranges that cover every possible key, each done within the pace's limit.

    One open range for what is small enough. Raises CopyFailed when the table can't be cut finely
    enough: no single-column key, statistics too coarse, or more than MOST_PIECES needed.
    """
    wanted = max(1, ceil(table.bytes / max(1, pace.piece_bytes)))
    if wanted == 1:
        return [KeyRange()]
    pieces = min(wanted, MOST_PIECES)
    cuts = _cuts(table.key, pieces) if table.key and table.key.columns == 1 else []
    largest = _largest_share(table.key, cuts) * table.bytes
    if largest > pace.most_bytes:
        raise CopyFailed(
            f"{table.name}: {table.bytes} bytes can't be cut into pieces of {pace.most_bytes}:"
            f" the largest would hold {int(largest)};"
            " ANALYZE it on the source with a higher statistics target for its primary key, which"
            " has to be one column of numbers or times"
        )
    bounds = [None, *((cut,) for cut in cuts), None]
    return [KeyRange(lower, upper) for lower, upper in itertools.pairwise(bounds)]


def _cuts(key: KeyStatistics, pieces: int) -> list[str]:
    """Up to pieces - 1 keys at equal shares of the rows, in order, none twice."""
    if len(key.bounds) < 2:
        return []
    shares = [(number / pieces) * (len(key.bounds) - 1) for number in range(1, pieces)]
    if not key.integer:
        chosen = [key.bounds[round(share)] for share in shares]
        inner = [bound for bound in chosen if bound not in {key.bounds[0], key.bounds[-1]}]
        return list(dict.fromkeys(inner))
    bounds = [int(bound) for bound in key.bounds]
    cuts: list[int] = []
    for share in shares:
        left = min(int(share), len(bounds) - 2)
        # Whole numbers throughout: a float holds no more than 53 bits of a key.
        parts = 1_000_000
        step = (bounds[left + 1] - bounds[left]) * int((share - left) * parts) // parts
        cuts.append(bounds[left] + step)
    return [str(cut) for cut in dict.fromkeys(cuts) if cut > bounds[0]]


def _largest_share(key: KeyStatistics | None, cuts: Sequence[str]) -> float:
    """The share of the rows in the largest piece, as far as the statistics tell."""
    if key is None or not cuts:
        return 1.0
    if key.integer:
        bounds = [int(bound) for bound in key.bounds]
        places = [_place(bounds, int(cut)) for cut in cuts]
    else:
        places = [float(key.bounds.index(cut)) for cut in cuts]
    whole = len(key.bounds) - 1
    edges = [0.0, *places, float(whole)]
    return max(right - left for left, right in itertools.pairwise(edges)) / whole


def _place(bounds: Sequence[int], cut: int) -> float:
    """Where a key stands among the bounds: 2.5 is half way between the third and the fourth."""
    left = min(max(bisect_right(bounds, cut) - 1, 0), len(bounds) - 2)
    width = bounds[left + 1] - bounds[left]
    return left + ((cut - bounds[left]) / width if width else 0.0)
