"""Who else is connected to a database: whose session each is, and whether it may stay.

Two questions, apart from each other. *Whose* a session is follows from its process, its role and
its address. Whether it *may stay* behind the fence follows from what it does: nobody has a friend
there. A session with an open transaction or a transaction id can still commit a row, and so is
foreign whoever owns it; the replication's own role included.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from redash_migration.database.session.connection import APPLICATION
from redash_migration.database.tables.catalog import Connection

Whose = Literal["server", "reader", "replication", "migration", "stranger"]
"""server: its own workers, which write nothing that a user wrote. Apply workers of subscriptions
and extensions' workers are not among them, since those do.
reader: a WAL sender, of whomever: it reads.
replication: another session of the role, or from the address, of our slot's reader.
migration: other steps of ours, which look at the source by the minute.
stranger: everybody else, and whoever can't be told.
"""

OPEN_SECONDS = 2.0
"""A statement may be at work for so long in a session that belongs here: a look at the catalog, a
heartbeat. What takes longer is a transaction that somebody has left open."""

_SERVERS = ("autovacuum worker", "autovacuum launcher")

_SESSIONS = r"""
WITH reader AS (
    -- The replication instance's other sessions have the role of its WAL sender, and come from
    -- where that comes from; on this machine, or from where we come from, an address says nothing.
    -- A role that owns none of the tables is the migration's own: Redash does not log in with it.
    SELECT DISTINCT a.client_addr, a.usename,
           a.client_addr <> coalesce(inet_client_addr(), '127.0.0.1')
             AND NOT a.client_addr << '127.0.0.0/8' AND a.client_addr <> '::1' AS telling,
           NOT EXISTS (SELECT FROM pg_catalog.pg_class c
                       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.relowner = a.usesysid AND c.relkind IN ('r', 'p')
                         AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                         AND n.nspname NOT LIKE 'pg\_toast%%'
                         AND n.nspname NOT LIKE 'redash\_migration%%') AS dedicated
    FROM pg_catalog.pg_replication_slots s
    JOIN pg_catalog.pg_stat_activity a ON a.pid = s.active_pid
    WHERE s.slot_type = 'logical' AND s.database = current_database()
      AND s.slot_name <> ALL (%(slots_before)s)
)
SELECT a.pid, coalesce(a.usename::text, ''), coalesce(a.application_name, ''),
       coalesce(a.client_addr::text, 'local'), coalesce(a.backend_type, ''),
       coalesce(a.state, ''), a.backend_xid IS NOT NULL,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start)::float8, 0),
       EXISTS (SELECT FROM reader r WHERE r.usename = a.usename
               AND (r.dedicated OR r.telling AND r.client_addr = a.client_addr)),
       a.application_name LIKE %(ours)s AND a.usename = current_user
         OR coalesce(a.leader_pid = pg_backend_pid(), false),
       a.application_name = current_setting('application_name'),
       coalesce(extract(epoch FROM a.backend_start)::float8, 0)
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
ORDER BY a.pid
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A server process in this database, as pg_stat_activity shows it.

    `kind` is its backend_type, "" where the role may not see it. `writing`: its transaction has an
    id. `open_seconds`: the age of its transaction, 0 without one. `of_reader`: of the role, or from
    the address, of our slot's reader. `ours`: named and logged in as we are; `same_step`: by the
    same step of ours. `began`: seconds since 1970.
    """

    pid: int
    role: str
    application: str
    client: str
    kind: str
    state: str
    writing: bool
    open_seconds: float
    of_reader: bool
    ours: bool
    same_step: bool
    began: float

    def __str__(self) -> str:
        name = f" {self.application!r}" if self.application else ""
        return f"{self.role or self.kind}@{self.client}{name} ({self.state or self.kind})"


def whose(session: Session) -> Whose:
    """Whose session it is, whatever it does."""
    if session.kind in _SERVERS:
        return "server"
    if session.kind == "walsender":
        return "reader"
    if session.ours:
        return "migration"
    if session.of_reader and session.kind == "client backend":
        return "replication"
    return "stranger"


def may_stay(session: Session) -> bool:
    """Whether it may be there behind the fence."""
    owner = whose(session)
    if owner == "server":
        return True
    if owner == "stranger" or session.state.startswith("idle in transaction"):
        return False
    if owner == "migration" and session.same_step:
        # A second run of this step writes its setting, or the canary, and is told by its age.
        return session.open_seconds < OPEN_SECONDS
    if session.writing:
        return False
    # A WAL sender's transactions are its own, of decoding; it draws no id for them.
    return owner == "reader" or session.open_seconds < OPEN_SECONDS


def is_to_be_ended(session: Session) -> bool:
    """Whether a session that may not stay is ended at once. One of the replication's own that is at
    work this moment gets OPEN_SECONDS to come to its end."""
    if whose(session) == "stranger" or session.state.startswith("idle in transaction"):
        return True
    return session.open_seconds >= OPEN_SECONDS


def sessions(connection: Connection, slots_before: Collection[str]) -> list[Session]:
    """Everybody in this database but us."""
    names = {"slots_before": list(slots_before), "ours": f"{APPLICATION}%"}
    return [Session(*row) for row in connection.execute(_SESSIONS, names)]


def foreign_sessions(connection: Connection, slots_before: Collection[str]) -> list[Session]:
    """Those that may not stay."""
    return [each for each in sessions(connection, slots_before) if not may_stay(each)]


def end(connection: Connection, ending: Sequence[Session]) -> None:
    """Ends sessions; their open transactions are rolled back, and were never acknowledged."""
    for session in ending:
        connection.execute("SELECT pg_terminate_backend(%s)", [session.pid])
