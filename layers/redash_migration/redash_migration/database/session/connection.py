"""Connections with a safety belt: bounded in time, and read-only unless said otherwise."""

from __future__ import annotations

import logging
from collections.abc import Mapping
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
PATIENT: Mapping[str, tuple[int, str]] = {
    "idle_session_timeout": (140000, "0"),
    "transaction_timeout": (170000, "0"),
    "client_connection_check_interval": (140000, "5s"),
}
"""What a session sets once it is open, with the server version that knows it: a server's own limits
on idle sessions and long transactions would end our copies, which wait for the other side; and a
server that works for a client that is gone, an ended function's, shall notice within seconds.
(PostgreSQL manual, 20.3 "Connections and Authentication" and 20.11 "Client Connection Defaults".)
"""


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
        # Users' own default may make each of our statements wait for theirs, or fail by them.
        "default_transaction_isolation": "read\\ committed",
        "default_transaction_deferrable": "off",
        # Names are compared as the catalogs' functions spell them.
        "quote_all_identifiers": "off",
        "statement_timeout": f"{int(statement_timeout * 1000)}ms",
        "lock_timeout": f"{int(lock_timeout * 1000)}ms",
        # As pg_dump does: a policy that would hide rows is an error, never fewer rows.
        "row_security": "off",
        "idle_in_transaction_session_timeout": "0",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "4",
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
    connection = psycopg.connect(autocommit=True, **parameters)
    try:
        _be_patient(connection)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def _be_patient(connection: psycopg.Connection[Row]) -> None:
    """Sets what this server knows of PATIENT, in one round trip."""
    known = {
        name: value
        for name, (since, value) in PATIENT.items()
        if connection.info.server_version >= since
    }
    if not known:
        return
    query = (
        "SELECT set_config(name, value, false)"
        " FROM unnest(%s::text[], %s::text[]) AS patient(name, value)"
    )
    try:
        connection.execute(query, (list(known), list(known.values())))
    except psycopg.errors.InvalidParameterValue:
        # A server on a system that can't tell whether a client is gone takes no interval but 0.
        del known["client_connection_check_interval"]
        connection.execute(query, (list(known), list(known.values())))
