"""The two small pictures: where the migration stands, and how large its tables are.

Positions are in per cent of the width, so that the drawing fits any screen without scaling its
letters; the templates put them into SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redash_migration.approval.evidence.parts import TableEvidence
from redash_migration.approval.texts import Texts

STATIONS = ("copied", "in_step", "approval", "pause", "switch", "confirm")
SHOWN_TABLES = 7
ROW_HEIGHT = 36


def progress(texts: Texts, station: str) -> dict[str, Any]:
    """Stations on a line; ``station`` is where the migration is."""
    here = STATIONS.index(station)
    width = 100 / len(STATIONS)
    stations = [
        {
            "name": texts(f"progress.{name}"),
            "x": round(width * (number + 0.5), 2),
            "state": "done" if number < here else "here" if number == here else "ahead",
        }
        for number, name in enumerate(STATIONS)
    ]
    return {
        "title": texts("progress.title"),
        "description": texts(
            "progress.description",
            number=here + 1,
            total=len(STATIONS),
            name=stations[here]["name"],
        ),
        "stations": stations,
        "start": stations[0]["x"],
        "here": stations[here]["x"],
        "end": stations[-1]["x"],
    }


def table_bars(texts: Texts, tables: Sequence[TableEvidence]) -> dict[str, Any]:
    """The largest tables as bars, the rest as one; ``tables`` come largest first."""
    shown = list(tables[:SHOWN_TABLES])
    rest = tables[SHOWN_TABLES:]
    bars = [(table.name, table.bytes, table.rows, table.method) for table in shown]
    if rest:
        others = texts("tables.others", count=len(rest))
        size, rows = sum(table.bytes for table in rest), sum(table.rows for table in rest)
        bars.append((others, size, rows, "others"))
    longest = max((size for _, size, _, _ in bars), default=0) or 1
    figures = texts.figures
    return {
        "title": texts("tables.picture"),
        "height": ROW_HEIGHT * len(bars),
        "restored": any(table.method == "restore" for table in tables),
        "rows": [
            {
                "y": ROW_HEIGHT * number,
                "name": name,
                "value": texts("tables.bar", size=figures.bytes(size), rows=figures.short(rows)),
                "percent": max(0.6, round(100 * size / longest, 1)),
                "kind": kind,
            }
            for number, (name, size, rows, kind) in enumerate(bars)
        ],
    }
