"""Our own sessions on both databases, ended before anything is taken back there."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from aws_lambda_powertools import Logger

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import APPLICATION, connect
from redash_migration.failure_text import words

logger = Logger(service="redash-migration", child=True)

PURPOSE = "roll-back"
"""What sessions of the way back are called; another call of it is left alone."""

SECONDS = 10.0

_OURS = """
SELECT pg_terminate_backend(pid)
FROM pg_catalog.pg_stat_activity
WHERE application_name LIKE %(ours)s AND application_name NOT LIKE %(mine)s
  AND usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
"""


def end_sessions(*addresses: Callable[[], DatabaseAddress]) -> None:
    """End the sessions of steps that are still at work, and see them gone.

    A server that does not answer, or whose address nobody knows any more, has none that could do
    harm now; the entries that need it are tried again by themselves.
    """
    for address in addresses:
        try:
            with connect(address(), purpose=PURPOSE, read_only=False) as session:
                _end(session)
        except Exception as error:
            logger.warning(f"sessions are not ended: {words(error)}")


def _end(session: psycopg.Connection[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + SECONDS
    names = {"ours": f"{APPLICATION}%", "mine": f"{APPLICATION}{PURPOSE}%"}
    while session.execute(_OURS, names).fetchall() and time.monotonic() < deadline:
        time.sleep(0.1)
