"""Which of the selected tables DMS could carry, and why not the others, before anything is copied.

AWS DMS User Guide, "Using a PostgreSQL database as a source" (types, partitions, arrays without a
key) and
"Using a PostgreSQL database as a target" (AfterConnectScript); AWS re:Post,
"dms-error-null-value-column".
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from rehearsal.dms.databases.catalog import Table
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.task_settings import TaskSettings

_GUARDS = """
SELECT n.nspname, c.relname, g.name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN (SELECT conrelid AS relation, 'foreign key ' || conname AS name
          FROM pg_constraint WHERE contype = 'f'
        UNION ALL
        SELECT tgrelid, 'trigger ' || tgname
          FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O') g ON g.relation = c.oid
 ORDER BY 1, 2, 3
"""


def source_objection(table: Table) -> str:
    """Why this table of the source can't be carried, or empty."""
    if table.partition:
        return "a partition: DMS does not replicate partitioned tables"
    for column in table.columns:
        if column.unsupported:
            return (
                f"column {column.name} has the unsupported data type {column.type}"
                f" ({column.unsupported})"
            )
        if column.array and not table.key:
            return f"column {column.name} is an array, and the table has no primary key"
    return ""


def target_objection(table: Table, target: Table | None, settings: TaskSettings) -> str:
    """Why the target's table does not take the source's rows, or empty."""
    if target is None:
        return "the table does not exist on the target"
    there = {column.name: column for column in target.columns}
    for column in table.columns:
        if column.name not in there:
            return f"the target table has no column {column.name}"
        if there[column.name].unwritable:
            return (
                f'cannot insert a value into column "{column.name}": it is'
                f" {there[column.name].unwritable}"
            )
        if settings.full_lob_mode and column.lob and there[column.name].not_null:
            return (
                f'null value in column "{column.name}" violates not-null constraint: in full LOB'
                " mode a row arrives before its LOBs; drop NOT NULL on the target"
            )
        if settings.full_lob_mode and column.lob and there[column.name].checked:
            return (
                f'a CHECK looks at column "{column.name}": in full LOB mode a row arrives before'
                " its LOBs"
            )
    return ""


def guards(
    connection: psycopg.Connection, carried: Iterable[TableName], script: str
) -> dict[TableName, str]:
    """What would fire on the target for each row, unless the AfterConnectScript prevents it.

    The replication behind this stand-in never fires them; DMS does.
    """
    if "session_replication_role" in script.lower() and "replica'" in script.lower():
        return {}
    wanted = set(carried)
    return {
        (schema, table): f"{guard} would fire: the target endpoint's AfterConnectScript does not"
        " set session_replication_role='replica'"
        for schema, table, guard in connection.execute(_GUARDS)
        if (schema, table) in wanted
    }


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
