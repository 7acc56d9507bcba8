"""After the run: is every acknowledged write on the side that serves?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from redash_migration.database.address import DatabaseAddress
from rehearsal.workload.ledger import LedgerEntry, read_ledger

KEYS = {"queries": "id", "query_results": "id", "events": "object_id"}
"""Table -> the column that the ledger's key is looked up by."""


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """``missing`` has one line for each acknowledged write that is not there as it should be."""

    acknowledged: int
    missing: tuple[str, ...]


@dataclass(slots=True)
class Expected:
    """One column of one row: the last acknowledged value, and others that it may hold."""

    entry: LedgerEntry
    value: Any
    allowed: list[Any]


def check_ledger(path: Path, address: DatabaseAddress) -> LedgerResult:
    """Look every acknowledged write up in a database.

    Of several writes to one column of a row the last acknowledged one counts; a later one that
    was sent and never answered may have been carried out, so its value is allowed too.
    """
    entries = read_ledger(path)
    expected = expectations(entries)
    rows = _rows(address, expected)
    missing = []
    for (table, key), columns in expected.items():
        row = rows.get((table, key))
        for column, wanted in columns.items():
            found = None if row is None else row.get(column)
            if row is None or found not in [wanted.value, *wanted.allowed]:
                missing.append(
                    f"{wanted.entry.kind} {wanted.entry.number}: {table} {key} "
                    + ("is not there" if row is None else f"{column} is {found!r}")
                )
    acknowledged = sum(entry.state == "acknowledged" for entry in entries)
    return LedgerResult(acknowledged, tuple(missing))


def expectations(
    entries: Iterable[LedgerEntry],
) -> dict[tuple[str, str], dict[str, Expected]]:
    """(table, key) -> column -> what it must or may hold."""
    expected: dict[tuple[str, str], dict[str, Expected]] = defaultdict(dict)
    open_writes: dict[int, LedgerEntry] = {}
    for entry in entries:
        if entry.state == "sent":
            open_writes[entry.number] = entry
            continue
        open_writes.pop(entry.number, None)
        if entry.state == "acknowledged":
            columns = expected[entry.table, entry.key]
            columns.setdefault(KEYS[entry.table], Expected(entry, _key(entry), []))
            for column, value in entry.values.items():
                if not column.startswith("_"):
                    columns[column] = Expected(entry, value, [])
            if entry.values.get("_query"):
                # An execution also points its query to the result.
                of_query = expected["queries", str(entry.values["_query"])]
                of_query["latest_query_data_id"] = Expected(entry, int(entry.key), [])
    for entry in open_writes.values():
        for column, value in entry.values.items():
            known = expected.get((entry.table, entry.key), {}).get(column)
            if known is not None:
                known.allowed.append(value)
    _allow_unknown_results(expected, open_writes.values())
    return dict(expected)


def _allow_unknown_results(
    expected: dict[tuple[str, str], dict[str, Expected]], unanswered: Iterable[LedgerEntry]
) -> None:
    """An execution without an answer may have pointed its query to a result of unknown id."""
    for entry in unanswered:
        query = str(entry.values.get("_query", ""))
        if entry.table == "query_results" and query:
            expected.get(("queries", query), {}).pop("latest_query_data_id", None)


def _key(entry: LedgerEntry) -> Any:
    return entry.key if entry.table == "events" else int(entry.key)


def _rows(
    address: DatabaseAddress, expected: dict[tuple[str, str], dict[str, Expected]]
) -> dict[tuple[str, str], dict[str, Any]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    columns: dict[str, set[str]] = defaultdict(set)
    for (table, key), found in expected.items():
        wanted[table].add(key)
        columns[table] |= set(found)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    with psycopg.connect(**address.parameters(), row_factory=dict_row) as connection:  # type: ignore[arg-type]
        for table, keys in wanted.items():
            names = sql.SQL(", ").join(
                sql.Identifier(name) for name in sorted(columns[table] | {KEYS[table]})
            )
            statement = sql.SQL("SELECT {} FROM {} WHERE {}::text = ANY (%s)").format(
                names, sql.Identifier(table), sql.Identifier(KEYS[table])
            )
            for row in connection.execute(statement, [list(keys)]):
                rows[table, str(row[KEYS[table]])] = row
    return rows
