"""One at a time: a second run of a step waits for the first, which may belong to a killed function.

Advisory locks of the server whose data are concerned: they go with the session that holds them, and
a server notices within seconds that a session's client is gone (connection.PATIENT).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from redash_migration.errors import TransientFailure

EARLIER_RUN_SECONDS = 60
"""How long to wait for another run that does the same."""

Session = psycopg.Connection[tuple[Any, ...]]

# The limit on waiting is set, and what it was before told, in the statement that waits.
_WAIT = """
SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, %s),
       pg_catalog.{}(hashtextextended('redash_migration/' || %s, 0))
"""


def wait_for_turn(session: Session, what: str) -> None:
    """Within a transaction: alone at `what` until its end. Raises TransientFailure when another run
    has not ended after EARLIER_RUN_SECONDS."""
    _wait(session, "pg_advisory_xact_lock", what, local=True)


@contextmanager
def own_turn(session: Session, what: str) -> Iterator[None]:
    """The same for as long as the context lasts, on a session in autocommit."""
    _wait(session, "pg_advisory_lock", what, local=False)
    try:
        yield
    finally:
        if not session.closed:
            session.execute(
                "SELECT pg_advisory_unlock(hashtextextended('redash_migration/' || %s, 0))", (what,)
            )


def _wait(session: Session, function: str, what: str, *, local: bool) -> None:
    try:
        row = session.execute(
            _WAIT.format(function).encode(), (f"{EARLIER_RUN_SECONDS}s", local, what)
        ).fetchone()
    except psycopg.errors.LockNotAvailable as error:
        raise TransientFailure(
            f"{what}: another run has not ended in {EARLIER_RUN_SECONDS} s; it is tried again"
        ) from error
    session.execute("SELECT set_config('lock_timeout', %s, %s)", (row[0] if row else "0", local))
