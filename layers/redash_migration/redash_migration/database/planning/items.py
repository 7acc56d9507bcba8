"""The items of the Map states: which tables, or ranges of tables, one invocation takes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redash_migration.database.planning.chunks import KeyStatistics, TableSize, plan_chunks
from redash_migration.database.planning.pace import COMPARE, COPY, MOST_PIECES, Pace
from redash_migration.database.planning.precopy import worth_precopying
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.errors import CopyFailed, InvalidInput
from redash_migration.plan import TablePlan

SMALL_BYTES = 8 * 1024 * 1024
SMALL_TOGETHER = 4 * SMALL_BYTES
"""A table up to the first goes with others, up to the second together: an invocation, its sessions
and its transitions would take longer than its rows."""

Statistics = Callable[[TablePlan], KeyStatistics | None]
"""Looks a large table's key up; small tables never need it."""


@dataclass(frozen=True, slots=True)
class CopyItem:
    """A range of one table to be carried over or compared; `chunk` counts from 0. `precopied` marks
    one that is compared before the freeze as well."""

    schema: str
    name: str
    chunk: int
    chunks: int
    range: KeyRange
    precopied: bool = False

    @property
    def qualified_name(self) -> str:
        """``schema.table``, unquoted, as in plan and report."""
        return f"{self.schema}.{self.name}"

    def to_json(self) -> dict[str, Any]:
        """As an item of the state machine's Map."""
        return {
            "schema": self.schema,
            "table": self.name,
            "chunk": self.chunk,
            "chunks": self.chunks,
            **self.range.to_json(),
            **({"precopied": True} if self.precopied else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CopyItem:
        """Raises InvalidInput that names the field."""
        if not isinstance(value, Mapping):
            raise InvalidInput("item: an object is required; PlanCopies gives it")
        for field in ("schema", "table"):
            if not isinstance(value.get(field), str) or not value[field]:
                raise InvalidInput(f"{field}: a text is required; PlanCopies gives it")
        for field in ("chunk", "chunks"):
            if not isinstance(value.get(field), int) or isinstance(value[field], bool):
                raise InvalidInput(f"{field}: a whole number is required; PlanCopies gives it")
        return cls(
            value["schema"],
            value["table"],
            value["chunk"],
            value["chunks"],
            KeyRange.from_json(value),
            value.get("precopied") is True,
        )


def copy_items(tables: Sequence[TablePlan], statistics: Statistics) -> list[dict[str, Any]]:
    """Items for PrecopyTable and RestoreTable, the largest tables first; small ones go together,
    by one invocation and its two sessions."""
    sizes = {table.qualified_name: _bytes(table) for table in tables}
    items: list[dict[str, Any]] = []
    small: list[CopyItem] = []
    room = SMALL_TOGETHER
    for piece in _pieces(tables, COPY, statistics):
        size = sizes[piece.qualified_name]
        if piece.chunks > 1 or size > SMALL_BYTES:
            items.append(piece.to_json())
            continue
        if size > room:
            items.append(_together(small))
            small, room = [], SMALL_TOGETHER
        small.append(piece)
        room -= size
    return [*items, *([_together(small)] if small else [])]


def copy_pieces(item: Mapping[str, Any]) -> list[CopyItem]:
    """The pieces of an item for PrecopyTable or RestoreTable: one, or small tables together.
    Raises InvalidInput that names the field."""
    together = item.get("tables") if isinstance(item, Mapping) else None
    if together is None:
        return [CopyItem.from_json(item)]
    if not isinstance(together, list) or not together:
        raise InvalidInput("tables: a list of tables is required; PlanCopies gives it")
    return [CopyItem.from_json(piece) for piece in together]


def _together(pieces: Sequence[CopyItem]) -> dict[str, Any]:
    if len(pieces) == 1:
        return pieces[0].to_json()
    return {"tables": [piece.to_json() for piece in pieces]}


def verify_items(tables: Sequence[TablePlan], statistics: Statistics) -> list[dict[str, Any]]:
    """Items for VerifyData: groups of small tables, and ranges of large ones.

    Tables are grouped up to what one piece may hold, for every invocation may be a cold start.
    """
    groups: list[list[dict[str, Any]]] = []
    room: list[int] = []
    known = {table.qualified_name: table for table in tables}
    for item in _pieces(tables, COMPARE, statistics):
        table = known[item.qualified_name]
        size = _bytes(table) // item.chunks
        if table.method == "dms" and worth_precopying(table.raw_bytes, table.rows):
            item = replace(item, precopied=True)  # noqa: PLW2901
        place = next((number for number, left in enumerate(room) if left >= size), None)
        if place is None:
            groups.append([])
            room.append(COMPARE.piece_bytes)
            place = len(groups) - 1
        groups[place].append(item.to_json())
        room[place] -= size
    return [{"parts": group} for group in groups]


def precopy_items(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parts of VerifyData's items that PrecopyTable pre-compares, one an item."""
    return [
        {"parts": [part]}
        for item in items
        for part in item["parts"]
        if part.get("precopied") is True
    ]


def copied_and_verified(
    restored: Sequence[TablePlan],
    verify: list[dict[str, Any]],
    statistics: Statistics,
    *,
    at_work: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """``{"restore", "precopy", "verify"}``: what the Map states are given. Tables without a key are
    among those of the pre-copy for trial, unless the target was `at_work` with them before."""
    early = [table for table in restored if table.primary_key or not at_work]
    return {
        "restore": copy_items(restored, statistics),
        "precopy": [*copy_items(early, statistics), *precopy_items(verify)],
        "verify": verify,
    }


def verify_parts(item: Mapping[str, Any]) -> list[CopyItem]:
    """The parts of a VerifyData item. Raises InvalidInput that names the field."""
    parts = item.get("parts") if isinstance(item, Mapping) else None
    if not isinstance(parts, list) or not parts:
        raise InvalidInput("parts: a list of tables is required; PlanCopies gives it")
    return [CopyItem.from_json(part) for part in parts]


def _pieces(tables: Iterable[TablePlan], pace: Pace, statistics: Statistics) -> list[CopyItem]:
    pieces: list[CopyItem] = []
    for table in sorted(tables, key=_bytes, reverse=True):
        size = _bytes(table)
        key = statistics(table) if size > pace.piece_bytes else None
        ranges = plan_chunks(TableSize(table.qualified_name, table.rows, size, key), pace)
        pieces += [
            CopyItem(table.schema, table.name, number, len(ranges), part)
            for number, part in enumerate(ranges)
        ]
    if len(pieces) > MOST_PIECES + len({piece.qualified_name for piece in pieces}):
        raise CopyFailed(
            f"{len(pieces)} pieces are more than the {MOST_PIECES} that one execution can hold;"
            " raise the pace in planning/pace.py to what your connection gives"
        )
    return pieces


def _bytes(table: TablePlan) -> int:
    return max(table.raw_bytes, table.bytes)
