"""What a verification found, written down: a line a table, parts of large tables merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redash_migration.database.planning.items import CopyItem
from redash_migration.database.planning.pieces import CHUNKS_FACT
from redash_migration.database.verification.outcome import Compared, merge
from redash_migration.errors import DataMismatch
from redash_migration.record.checks import Check
from redash_migration.record.record import Record

_REMEDY = (
    "nothing was switched: the old service goes on; look at the keys named here on both sides"
    " before starting again"
)


def write_outcomes(record: Record, items: Sequence[CopyItem], outcomes: Sequence[Compared]) -> None:
    """Write a run's outcomes down, each over an earlier one of the same range.

    Raises DataMismatch, after everything was written, when one is not equal.
    """
    found = list(zip(items, outcomes, strict=True))
    record.put_facts(
        {
            f"verified/{outcome.table}/{item.chunk}": outcome.to_json()
            for item, outcome in found
            if item.chunks > 1
        }
    )
    record.tables.put_all(
        {
            outcome.table: outcome.to_json()
            for item, outcome in found
            if item.chunks == 1 or outcome.verdict != "equal"
        }
    )
    record.checks.put(*(_complaint(each) for each in outcomes if each.verdict != "equal"))
    _raise_unless_equal(outcomes)


def see_all_equal(record: Record, tables: Sequence[str]) -> None:
    """Merge the ranges of large tables, and see that every table was compared and is equal.

    Writes the check `data.verified`. Raises DataMismatch otherwise.
    """
    chunks = record.fact(CHUNKS_FACT) or {}
    merged = []
    for table, count in chunks.items():
        facts = record.facts_under(f"verified/{table}/")
        seen = [facts[str(number)] for number in range(count) if str(number) in facts]
        outcome = merge(table, [Compared.from_json(fact) for fact in seen], count)
        merged.append(outcome)
    record.tables.put_all({outcome.table: outcome.to_json() for outcome in merged})
    lines = record.tables.all()
    unseen = [table for table in tables if lines.get(table, {}).get("verdict") is None]
    odd = [table for table in tables if lines.get(table, {}).get("verdict") != "equal"]
    rows = sum(int(lines.get(table, {}).get("rows") or 0) for table in tables)
    if odd:
        record.checks.put(
            Check(
                "data.verified",
                "UNKNOWN" if unseen else "FAIL",
                f"not compared: {', '.join(unseen)}" if unseen else f"differ: {', '.join(odd)}",
                _REMEDY,
            )
        )
        _raise_unless_equal(merged)
        raise DataMismatch(f"{', '.join(odd)}: not proved to be equal on both sides; {_REMEDY}")
    record.checks.put(
        Check("data.verified", "PASS", f"{len(tables)} tables, {rows} rows, equal on both sides")
    )


def _complaint(outcome: Compared) -> Check:
    keys = ", ".join(f"{'/'.join(each.key.values())} ({each.kind})" for each in outcome.keys)
    return Check(
        f"data.{outcome.table}",
        "FAIL" if outcome.verdict == "different" else "UNKNOWN",
        outcome.reason + (f"; keys: {keys}" if keys else ""),
        _REMEDY,
    )


def _raise_unless_equal(outcomes: Sequence[Compared]) -> None:
    odd: Mapping[str, Compared] = {
        outcome.table: outcome for outcome in outcomes if outcome.verdict != "equal"
    }
    if odd:
        raise DataMismatch("; ".join(_line(outcome) for outcome in odd.values()))


def _line(outcome: Compared) -> str:
    named = [f"{'/'.join(each.key.values())} {each.kind}" for each in outcome.keys[:5]]
    more = f" ({', '.join(named)}{', ...' if len(outcome.keys) > 5 else ''})" if named else ""
    return f"{outcome.table}: {outcome.reason}{more}"
