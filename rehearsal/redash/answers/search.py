"""Full-text search over queries.search_vector, as the two releases do it."""

from __future__ import annotations

import re

from psycopg import sql

from rehearsal.redash.pool import Connection


def matching(connection: Connection, typed: str) -> tuple[sql.SQL, dict[str, str]]:
    """A condition on ``queries`` and its parameters.

    25.x has the database parse what was typed (tsq_parse, which must exist); 10.x, whose options
    are text or json, parses it itself into prefixes.
    """
    if not typed:
        return sql.SQL("true"), {}
    if _parses_in_database(connection):
        parsed = sql.SQL("search_vector @@ tsq_parse('pg_catalog.simple', %(typed)s)")
        return parsed, {"typed": typed}
    words = [word for word in re.split(r"[^\w]+", typed) if word]
    prefixes = " & ".join(f"{word}:*" for word in words)
    query = sql.SQL("search_vector @@ to_tsquery('pg_catalog.simple', %(typed)s)")
    return query, {"typed": prefixes}


def _parses_in_database(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT atttypid = 'jsonb'::regtype AS modern FROM pg_attribute"
        " WHERE attrelid = 'queries'::regclass AND attname = 'options'"
    ).fetchone()
    return row is not None and bool(row["modern"])
