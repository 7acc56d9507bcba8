"""No trigger of the target's fires for rows that are carried over: they are taken as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import psycopg
from psycopg import sql

from redash_migration.database.session.data_session import Session, set_locally

Silence = Literal["replica", "user triggers"]
"""How it was done. "replica": session_replication_role, which also skips the foreign keys'
triggers. "user triggers": only those that users made; foreign keys are still checked."""

_ENABLED = """
SELECT g.tgname, g.tgenabled::text FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND NOT g.tgisinternal AND g.tgenabled <> 'D'
"""

_ENABLE = {"O": "ENABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def may_be_replica(session: Session) -> bool:
    """Whether this role may set session_replication_role (RDS: rds_superuser may). Needs a
    transaction, and leaves the setting on for it when it succeeds."""
    try:
        with session.transaction():
            set_locally(session, "session_replication_role", "replica")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


@contextmanager
def triggers_silent(session: Session, schema: str, table: str) -> Iterator[Silence]:
    """Within a transaction: triggers don't fire inside, and are as before outside.

    A transaction that fails takes all of it back, so nothing is left switched off.
    """
    if may_be_replica(session):
        yield "replica"
        set_locally(session, "session_replication_role", "origin")
        return
    name = sql.Identifier(schema, table)
    enabled = session.execute(_ENABLED, (schema, table)).fetchall()
    session.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
    yield "user triggers"
    for trigger, state in enabled:
        session.execute(
            sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
                name, sql.SQL(_ENABLE[state]), sql.Identifier(trigger)
            )
        )
