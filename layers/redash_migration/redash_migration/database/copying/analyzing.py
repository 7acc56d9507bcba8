"""Fresh statistics of a table, without asking anybody else's server."""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.session.data_session import Session

_FOREIGN = """
WITH RECURSIVE heirs AS (
    SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = %(table)s::text::regclass
  UNION
    SELECT i.inhrelid FROM heirs h JOIN pg_catalog.pg_inherits i ON i.inhparent = h.inhrelid
)
SELECT EXISTS (SELECT FROM heirs JOIN pg_catalog.pg_class c ON c.oid = inhrelid
               WHERE c.relkind = 'f')
"""


def analyze(session: Session, table: sql.Identifier) -> None:
    """ANALYZE, unless a foreign table inherits from it: its rows would be sampled too, and the new
    side does not reach its server yet, for user mappings are made by hand."""
    row = session.execute(_FOREIGN, {"table": table.as_string(session)}).fetchone()
    if not (row and row[0]):
        session.execute(sql.SQL("ANALYZE {}").format(table))
