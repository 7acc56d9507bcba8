"""Secondary indexes: taken off for a load and built again afterwards, when that is faster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.session.data_session import (
    MAINTENANCE_WORK_MEM,
    Session,
    major_version,
    set_locally,
)

REBUILD_FROM_FRACTION = 0.5
"""Indexes are rebuilt when this share of a table's rows, or more, is written.

Between the shares at which both ways cost the same on two sets of rows: 0.35 to 0.4 where the
documents of a GIN index share their words, 0.55 where half of their words are their own
(docs/performance.md).
"""

SMALL_ROWS = 1000
"""Below so many rows neither way is measurably faster; the indexes stay."""

PARALLEL_WORKERS = 4

GIN_PARALLEL_SINCE = 18
"""First major version that builds a GIN index with parallel workers."""
GIN_WORKERS = 2
GIN_MEMORY_MB = 32
"""For each process that builds a GIN index. It gathers words in a tree in memory, whose look-ups
leave the processor's cache as it grows: with 256 MB the same index takes up to 1.6 times as long.
32 MB is the least at which PostgreSQL starts a worker (manual, 20.4)."""


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index that its CREATE INDEX alone brings back as it was.

    Not so: the primary key's, one of a constraint, the replica identity, one that tables are
    clustered by, one attached to a partitioned table's, one with a comment or with statistics
    targets of its own. Those stay where they are.

    `definition` is the server's own CREATE INDEX statement with the schema's name in it.
    """

    schema: str
    name: str
    method: str
    definition: str
    valid: bool

    @property
    def identifier(self) -> sql.Identifier:
        """As it stands in a statement."""
        return sql.Identifier(self.schema, self.name)


_INDEXES = """
SELECT n.nspname, c.relname, m.amname, pg_catalog.pg_get_indexdef(i.indexrelid),
       i.indisvalid AND i.indisready
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = c.relam
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE tn.nspname = %s AND t.relname = %s
  AND NOT i.indisprimary AND NOT i.indisreplident AND NOT i.indisclustered
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_description d WHERE d.objoid = i.indexrelid
                  AND d.classoid = 'pg_catalog.pg_class'::regclass)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid
                  AND a.attstattarget >= 0 AND a.attstattarget IS NOT NULL)
ORDER BY m.amname, c.relname
"""


def secondary_indexes(session: Session, schema: str, table: str) -> tuple[Index, ...]:
    """The secondary indexes of a table, as its server has them."""
    return tuple(Index(*row) for row in session.execute(_INDEXES, (schema, table)))


def rebuild_pays(rows_written: int, rows_after: int) -> bool:
    """Whether writing so many rows of a table is faster without its secondary indexes."""
    return rows_after >= SMALL_ROWS and rows_written >= REBUILD_FROM_FRACTION * rows_after


def drop(session: Session, indexes: Iterable[Index]) -> None:
    """Drop them; those that are gone already don't matter."""
    for index in indexes:
        session.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(index.identifier))


def build(session: Session, indexes: Iterable[Index]) -> None:
    """Build them within the transaction, with parallel workers where the method has them: btree
    since PostgreSQL 11, GIN since 18 (manual, CREATE INDEX)."""
    set_locally(session, "min_parallel_table_scan_size", "1MB")
    for index in indexes:
        memory, workers = _means(index, major_version(session))
        set_locally(session, "maintenance_work_mem", memory)
        set_locally(session, "max_parallel_maintenance_workers", str(workers))
        # The definition is pg_get_indexdef()'s own output, quoted by the server.
        session.execute(index.definition.encode())


def _means(index: Index, version: int) -> tuple[str, int]:
    """maintenance_work_mem, which all processes share, and the number of parallel workers."""
    if index.method != "gin":
        return MAINTENANCE_WORK_MEM, PARALLEL_WORKERS
    workers = GIN_WORKERS if version >= GIN_PARALLEL_SINCE else 0
    return f"{GIN_MEMORY_MB * (workers + 1)}MB", workers
