"""No trigger of the target's fires for rows that are carried over: they are taken as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redash_migration.database.copying.firing import keep_still_within
from redash_migration.database.session.data_session import Session, set_locally


@contextmanager
def triggers_quiet(session: Session, table: tuple[str, str] | None = None) -> Iterator[None]:
    """Within a transaction: triggers and foreign keys don't fire inside, and do outside.

    By session_replication_role, which the preflight demands. What fires in spite of it is off on
    the way there until all rows are there (firing.py); on the way back it stands at work, so it is
    off inside for the ``table`` named. A transaction that fails takes it back by itself.
    """
    set_locally(session, "session_replication_role", "replica")
    with keep_still_within(session, table):
        yield
    set_locally(session, "session_replication_role", "origin")
