"""Which of the selected tables DMS could carry, and why not the others, before anything is copied.

AWS DMS User Guide, "Using a PostgreSQL database as a source" (types, arrays without a key) and
"Using a PostgreSQL database as a target"; AWS re:Post, "dms-error-null-value-column".
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from rehearsal.dms.catalog import Table
from rehearsal.dms.mappings import TableName
from rehearsal.dms.task_settings import TaskSettings


def objection(table: Table, targets: Mapping[TableName, Table], settings: TaskSettings) -> str:
    """Why this table can't be carried, or empty."""
    reason = _of_the_source(table)
    if reason or settings.prep_mode == "DROP_AND_CREATE":
        return reason
    target = targets.get(table.name)
    if target is None:
        return "the table does not exist on the target"
    return _of_the_target(table, target, settings)


def _of_the_source(table: Table) -> str:
    for column in table.columns:
        if column.unsupported:
            return (
                f"column {column.name} has the unsupported data type {column.type}"
                f" ({column.unsupported})"
            )
        if column.array and not table.key:
            return f"column {column.name} is an array, and the table has no primary key"
    return ""


def _of_the_target(table: Table, target: Table, settings: TaskSettings) -> str:
    there = {column.name: column for column in target.columns}
    for column in table.columns:
        if column.generated:
            continue
        if column.name not in there:
            return f"the target table has no column {column.name}"
        if settings.full_lob_mode and column.lob and there[column.name].not_null:
            return (
                f'null value in column "{column.name}" violates not-null constraint: in full LOB'
                " mode a row arrives before its LOBs; drop NOT NULL on the target"
            )
    return ""


def oversized(connection: psycopg.Connection, table: Table, limit_bytes: int) -> str:
    """Why limited LOB mode would cut a value of this table, or empty. Reads the source."""
    lobs = [column for column in table.columns if column.lob]
    if not lobs:
        return ""
    sizes = [
        sql.SQL("coalesce(max(octet_length({}{})), 0)").format(
            sql.Identifier(column.name),
            sql.SQL("" if column.type in {"text", "bytea", "character varying"} else "::text"),
        )
        for column in lobs
    ]
    row = connection.execute(
        sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(sizes), sql.Identifier(*table.name))
    ).fetchone()
    for column, size in zip(lobs, row or (), strict=False):
        if size > limit_bytes:
            return (
                f"column {column.name} holds a value of {size} bytes, and limited LOB mode cuts at"
                f" {limit_bytes}"
            )
    return ""
