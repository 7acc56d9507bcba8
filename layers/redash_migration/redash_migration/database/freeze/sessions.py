"""Who else is connected to the source, and of those, who belongs to the replication."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from redash_migration.database.session.connection import APPLICATION
from redash_migration.database.tables.catalog import Connection

# Of the server itself: they write nothing that a user wrote. Apply workers of subscriptions and
# extensions' workers are not among them, since those do.
_HARMLESS = ("walsender", "autovacuum worker", "autovacuum launcher")

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
       coalesce(a.state, ''), a.backend_xid IS NOT NULL
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
  -- NULL is what a role sees that may not look closer: then nobody is taken for harmless.
  AND coalesce(a.backend_type, '') <> ALL (%(harmless)s)
  AND (a.leader_pid IS NULL OR a.leader_pid <> pg_backend_pid())
  AND NOT EXISTS (SELECT FROM reader r
                  WHERE r.usename = a.usename AND a.backend_type = 'client backend'
                    AND (r.dedicated OR r.telling AND r.client_addr = a.client_addr))
  -- Other steps' sessions look at the source by the minute, and do so read-only; a second run of
  -- the fence writes its setting.
  AND NOT (a.application_name LIKE %(ours)s AND a.usename = current_user
           AND (a.backend_xid IS NULL OR a.application_name = current_setting('application_name')))
ORDER BY a.pid
"""


@dataclass(frozen=True, slots=True)
class Session:
    """A server process in this database; `writing` when its transaction has an id."""

    pid: int
    role: str
    application: str
    client: str
    kind: str
    state: str
    writing: bool

    def __str__(self) -> str:
        name = f" {self.application!r}" if self.application else ""
        return f"{self.role or self.kind}@{self.client}{name} ({self.state or self.kind})"


def foreign_sessions(connection: Connection, slots_before: Collection[str]) -> list[Session]:
    """Everybody in this database but us, the server's own workers and the replication."""
    names = {
        "slots_before": list(slots_before),
        "harmless": list(_HARMLESS),
        "ours": f"{APPLICATION}%",
    }
    return [Session(*row) for row in connection.execute(_SESSIONS, names)]


def end(connection: Connection, sessions: Sequence[Session]) -> None:
    """Ends sessions; their open transactions are rolled back, and were never acknowledged."""
    for session in sessions:
        connection.execute("SELECT pg_terminate_backend(%s)", [session.pid])


def others_wrote(connection: Connection, seconds: float) -> bool:
    """Whether somebody is there who may have drawn a transaction id without writing rows here.

    To be asked when there is no foreign session: what is left is users of the server's other
    databases, autovacuum, the replication's sessions and our own, busy within so many seconds.
    """
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND (backend_type = 'autovacuum worker' OR backend_type = 'client backend'"
        "  AND (backend_xid IS NOT NULL OR state_change > now() - make_interval(secs => %s))))",
        [seconds],
    ).fetchone()
    return row is not None and bool(row[0])


def others_visit(connection: Connection, slots_before: Collection[str]) -> bool:
    """Whether sessions may begin here that are not foreign: the replication's, and our own."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE active"
        "  AND database = current_database() AND slot_name <> ALL (%s))"
        " OR EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()"
        "  AND datname = current_database() AND application_name LIKE %s)",
        [list(slots_before), f"{APPLICATION}%"],
    ).fetchone()
    return row is not None and bool(row[0])
