"""The page's tables: which go how, and which stay."""

from __future__ import annotations

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import TableEvidence
from redash_migration.approval.page.models.cards import Model
from redash_migration.approval.page.models.picture import table_bars
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import (
    table_state,
)


def tables_model(texts: Texts, evidence: Evidence) -> Model:
    """All tables, with their bars."""
    figures = texts.figures
    return {
        "bars": table_bars(texts, evidence.tables),
        "all": texts("tables.all", count=len(evidence.tables)),
        "rows": [
            {
                "name": table.name,
                "rows": figures.number(table.rows),
                "size": figures.bytes(table.bytes),
                "state": table_state(texts, table),
                "tone": _table_tone(table),
                "raw_state": table.validation,
            }
            for table in evidence.tables
        ],
    }


def _table_tone(table: TableEvidence) -> str:
    if table.match is not None:
        return "" if table.match else "bad"
    if table.method == "restore":
        return ""
    return {"bad": "bad", "limited": "warn"}.get(table.soundness, "")


def excluded_tables(texts: Texts, evidence: Evidence) -> list[Model]:
    """What DMS does not carry, and why."""
    return [
        {
            "name": table.name,
            "size": texts.figures.bytes(table.bytes),
            "rows": texts.figures.number(table.rows),
            "reasons": [
                texts("excluded.column", column=column, type=kind) if column else reason
                for column, kind, reason in table.excluded_because
            ],
        }
        for table in evidence.tables
        if table.method == "restore"
    ]
