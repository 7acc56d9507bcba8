"""Was a table emptied by TRUNCATE since the load began? No replication here carries that.

The target would keep its rows, and the write pause would be the first to see them. TRUNCATE gives a
table a new file, and so does VACUUM FULL, which keeps rows and the transactions that they carry. So
a table counts as emptied when its file is new, no row is left that was there at the load, and fewer
rows were deleted or updated since than it held.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from redash_migration.database.tables.catalog import Connection
from redash_migration.database.tables.horizon import read_horizon, usable, written_since
from redash_migration.plan import TablePlan
from redash_migration.record import Record

FACT = "source_files"

_FILES = """
SELECT w.place::int, pg_catalog.pg_relation_filenode(c.oid)::bigint,
       coalesce(s.n_tup_upd + s.n_tup_del, 0)
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w(schema_name, table_name, place)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name
LEFT JOIN pg_catalog.pg_stat_user_tables s ON s.relid = c.oid
"""


def note_files(record: Record, source: Connection, carried: Iterable[TablePlan]) -> None:
    """Keep which file each replicated table is in; to be called before the load, once."""
    if record.fact(FACT) is not None:
        return
    tables = [(table.schema, table.name, table.rows) for table in carried if table.rows > 0]
    horizon = read_horizon(source)
    known = [
        [*tables[place][:2], file, changed + tables[place][2]]
        for place, (file, changed) in _files(source, [table[:2] for table in tables]).items()
    ]
    record.put_fact(FACT, {"horizon": horizon, "tables": known})


def emptied(record: Record, source: Connection) -> list[str]:
    """``schema.table`` of each that was emptied; none where nothing was noted, as in a return."""
    fact = record.fact(FACT)
    if fact is None or not usable(source, int(fact["horizon"])):
        return []
    tables = [(str(schema), str(name)) for schema, name, *_ in fact["tables"]]
    now = _files(source, tables)
    return [
        f"{schema}.{name}"
        for place, (schema, name, file, changed) in enumerate(fact["tables"])
        if place in now
        and now[place][0] != file
        and now[place][1] < changed
        and not _holds_old_rows(source, schema, name, int(fact["horizon"]))
    ]


def _files(source: Connection, tables: list[tuple[str, str]]) -> dict[int, tuple[int, int]]:
    schemas, names = [table[0] for table in tables], [table[1] for table in tables]
    rows = source.execute(_FILES, (schemas, names)).fetchall()
    return {place - 1: (file, changed) for place, file, changed in rows}


def _holds_old_rows(source: Connection, schema: str, name: str, horizon: int) -> bool:
    row = source.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM ONLY {} t WHERE NOT {})").format(
            sql.Identifier(schema, name), written_since(horizon)
        )
    ).fetchone()
    return bool(row and row[0])
