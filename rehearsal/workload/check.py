"""Every acknowledged write, looked up in the database that serves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.workload.ledger import ANY, Outage, Write, read_ledger
from rehearsal.workload.lookup import find_rows

_UNDECIDED = frozenset({0, 502, 504})
"""No answer, or one of the load balancer: the write may be carried out later still."""

_Key = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """``missing`` has a line for each thing that is not as acknowledged.

    ``by_kind`` and ``by_side`` count rows, the latter by the target group that answered.
    """

    acknowledged: int
    missing: tuple[str, ...]
    by_kind: dict[str, int] = field(default_factory=dict)
    by_side: dict[str, int] = field(default_factory=dict)
    unavailable_seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether nothing acknowledged is missing."""
        return not self.missing


def check_ledger(ledger_path: Path, address: DatabaseAddress) -> LedgerResult:
    """Look up each row that was written.

    For each column the latest acknowledged value must be there, or one of those that were sent
    after it without acknowledgement. A row whose deletion was acknowledged must be gone. An event
    must be there once.
    """
    entries = list(read_ledger(ledger_path))
    writes = [entry for entry in entries if isinstance(entry, Write)]
    acknowledged = [write for write in writes if write.acknowledged]
    missing: list[str] = []
    for table, by_key in _histories(writes).items():
        columns = {
            name for history in by_key.values() for write in history for name in write.row or ()
        }
        rows = find_rows(address, table, by_key.keys(), columns)
        for key, history in by_key.items():
            found = rows.get(tuple(value for _, value in key), [])
            missing += _judge(history, found)
    return LedgerResult(
        acknowledged=len({write.number for write in acknowledged}),
        missing=tuple(missing),
        by_kind=dict(Counter(write.kind for write in acknowledged)),
        by_side=dict(Counter(write.side for write in acknowledged)),
        unavailable_seconds=sum(one.seconds for one in entries if isinstance(one, Outage)),
    )


def _histories(writes: Iterable[Write]) -> dict[str, dict[_Key, list[Write]]]:
    tables: dict[str, dict[_Key, list[Write]]] = defaultdict(lambda: defaultdict(list))
    for write in sorted(writes, key=lambda write: write.number):
        tables[write.table][tuple(write.key.items())].append(write)
    return tables


def _judge(history: Sequence[Write], found: Sequence[dict[str, Any]]) -> list[str]:
    presence = _possible(history, [write.row is not None for write in history])
    if presence and bool(found) not in presence:
        expected = "a row" if True in presence else "no row, since it was deleted,"
        return [_complaint(history, expected, "one" if found else "none")]
    if len(found) > 1:
        return [_complaint(history, "one row", str(len(found)))] if presence else []
    return [wrong for row in found for wrong in _wrong_columns(history, row)]


def _wrong_columns(history: Sequence[Write], row: dict[str, Any]) -> list[str]:
    wrong = []
    for column in {name: None for write in history for name in write.row or ()}:
        setting = [write for write in history if write.row and column in write.row]
        possible = _possible(setting, [(write.row or {})[column] for write in setting])
        if possible and row[column] not in possible and ANY not in possible:
            wrong.append(_complaint(setting, f"{column} = {possible[0]!r}", repr(row[column])))
    return wrong


def _complaint(history: Sequence[Write], expected: str, found: str) -> str:
    last = [write for write in history if write.acknowledged][-1]
    where = " ".join(f"{name}={value}" for name, value in last.key.items())
    by = f", acknowledged by {last.side}" if last.side else ""
    return f"{last.kind}: {last.table} {where}: {expected} expected{by}; found {found}"


def _possible(history: Sequence[Write], values: Sequence[Any]) -> list[Any]:
    """What may be there: the latest acknowledged value first; nothing if none ever was."""
    places = [place for place, write in enumerate(history) if write.acknowledged]
    if not places:
        return []
    latest = places[-1]
    return [values[latest]] + [
        values[place]
        for place, write in enumerate(history)
        if not write.acknowledged and (place > latest or write.status in _UNDECIDED)
    ]
