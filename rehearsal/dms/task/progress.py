"""What the target shows of a running subscription: tables, rows, workers' errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg

from rehearsal.dms.task.mappings import TableName

_TABLES = """
SELECT n.nspname, c.relname, coalesce(r.srsubstate::text, ''),
       pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid),
       pg_stat_get_tuples_deleted(c.oid), coalesce(p.tuples_processed, 0)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_subscription_rel r
    ON r.srrelid = c.oid AND r.srsubid = (SELECT oid FROM pg_subscription WHERE subname = %s)
  LEFT JOIN pg_stat_progress_copy p ON p.relid = c.oid AND p.command = 'COPY FROM'
 WHERE (n.nspname || '.' || c.relname) = ANY (%s) AND c.relkind = 'r'
"""

_ERRORS = """
SELECT apply_error_count, sync_error_count, {conflicts}
  FROM pg_stat_subscription_stats WHERE subname = %s
"""
_CONFLICTS_18 = (
    "confl_insert_exists + confl_multiple_unique_conflicts, confl_update_missing,"
    " confl_delete_missing"
)


@dataclass(frozen=True, slots=True)
class TableProgress:
    """One table on the target. ``state`` is srsubstate: i, d, f, s, r; empty when not carried."""

    state: str
    inserted: int
    updated: int
    deleted: int
    copied: int
    """Rows that a copy under way has written so far."""


@dataclass(frozen=True, slots=True)
class WorkerErrors:
    """Counters of the subscription since it was made; conflicts only from PostgreSQL 18 on."""

    apply: int = 0
    copy: int = 0
    insert_exists: int = 0
    update_missing: int = 0
    delete_missing: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The subscription at one moment."""

    enabled: bool
    errors: WorkerErrors = field(default_factory=WorkerErrors)
    tables: Mapping[TableName, TableProgress] = field(default_factory=dict)

    def all_ready(self, names: frozenset[TableName]) -> bool:
        """Whether every one of these tables is loaded and follows the changes."""
        return all(name in self.tables and self.tables[name].state == "r" for name in names)


def look(
    connection: psycopg.Connection, subscription: str, names: frozenset[TableName]
) -> Progress:
    """Read the state of the subscription and of these tables."""
    row = connection.execute(
        "SELECT subenabled FROM pg_subscription WHERE subname = %s", [subscription]
    ).fetchone()
    tables = {
        (r[0], r[1]): TableProgress(*r[2:])
        for r in connection.execute(_TABLES, [subscription, [".".join(n) for n in names]])
    }
    return Progress(bool(row and row[0]), _errors(connection, subscription), tables)


def _errors(connection: psycopg.Connection, subscription: str) -> WorkerErrors:
    version = connection.info.server_version
    if version < 150000:
        return WorkerErrors()
    statement = _ERRORS.replace("{conflicts}", _CONFLICTS_18 if version >= 180000 else "0, 0, 0")
    row = connection.execute(statement, [subscription]).fetchone()
    return WorkerErrors(*row) if row else WorkerErrors()
