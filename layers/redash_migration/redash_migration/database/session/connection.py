"""Connections with a safety belt: bounded in time, and read-only unless said otherwise."""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from redash_migration.database.session.address import DatabaseAddress

CONNECT_TIMEOUT = 10  # seconds
STATEMENT_TIMEOUT = 60.0
LOCK_TIMEOUT = 5.0

APPLICATION = "redash-migration/"
"""What all our sessions' application_name begins with."""

Row = tuple[Any, ...]

# Its warnings quote what the server said, contents of rows included.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)


def connect(
    address: DatabaseAddress,
    *,
    purpose: str,
    read_only: bool = True,
    statement_timeout: float = STATEMENT_TIMEOUT,
    lock_timeout: float = LOCK_TIMEOUT,
    autocommit: bool = True,
) -> psycopg.Connection[Row]:
    """Opens a connection; time-outs are in seconds, 0 means none.

    `purpose` shows in pg_stat_activity as redash-migration/<purpose>. With read_only=False the
    session may write even while the database is fenced: a client's own setting outranks that of
    the database (PostgreSQL manual, 20.1.3).

    Raises psycopg.OperationalError when the server can't be reached or refuses.
    """
    settings = {
        "default_transaction_read_only": "on" if read_only else "off",
        "statement_timeout": f"{int(statement_timeout * 1000)}ms",
        "lock_timeout": f"{int(lock_timeout * 1000)}ms",
        # As pg_dump does: a policy that would hide rows is an error, never fewer rows.
        "row_security": "off",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    parameters: dict[str, Any] = {
        **address.parameters(),
        "application_name": f"{APPLICATION}{purpose}"[:63],
        "connect_timeout": CONNECT_TIMEOUT,
        "client_encoding": "UTF8",
        "options": options,
        # A peer that vanished is noticed within half a minute, not after two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
    }
    return psycopg.connect(autocommit=autocommit, **parameters)
