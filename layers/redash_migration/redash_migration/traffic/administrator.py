"""An administrator's API key, for a smoke test that was given none."""

from __future__ import annotations

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect

_QUERY = """
SELECT u.api_key FROM public.users u JOIN public.groups g ON g.id = ANY (u.groups)
WHERE u.disabled_at IS NULL AND 'admin' = ANY (g.permissions) ORDER BY u.id LIMIT 1
"""


def administrator_key(address: DatabaseAddress) -> str:
    """The API key of the first enabled administrator; empty where there is none to be found."""
    with connect(address, purpose="smoke-test") as connection:
        try:
            row = connection.execute(_QUERY).fetchone()
        except psycopg.ProgrammingError:
            return ""
    return "" if row is None else str(row[0])
