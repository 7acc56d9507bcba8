"""What a moment without anybody is proved by, beside looking at who is there.

Looking from moment to moment misses who comes and goes in between. Three counters of the server
don't: its next transaction id, the sessions ever begun in this database, the rows ever written in
its tables. Each may move for a reason that is no writer here, and then only for one that is seen:
an id, while somebody is at work in another database or a vacuum runs; a session, while one began
that may stay, or a replication reads, whose instance looks in by sessions too short to be seen.
Such a visit alone harms nobody: who writes draws an id, and that no reader excuses. Rows may not
move at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from redash_migration.database.freeze.sessions import Session, whose
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.written import Written, written


class Counters(NamedTuple):
    """As the server has them; `sessions` is 0 before PostgreSQL 14, which does not count them."""

    transaction: int
    sessions: int
    rows: Written
    at: float


class Witness:
    """Reads the counters now, is told at every look who is there, and says what moved."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before = _counters(connection)
        self._begun: set[int] = set()
        self._elsewhere = self._read = False

    def follows(self, transaction: int | None) -> bool:
        """Whether nobody has drawn a transaction id between this one and the first look."""
        return transaction is not None and self._before.transaction == transaction + 1

    def look(self, there: Sequence[Session]) -> None:
        """Note who explains a movement: `there` are the sessions that may stay."""
        self._begun |= {each.pid for each in there if each.began >= self._before.at}
        self._read = self._read or any(whose(each) == "reader" for each in there)
        self._elsewhere = self._elsewhere or _busy_elsewhere(self._connection)

    def moved(self) -> list[str]:
        """What moved without a reason that was seen; empty when nothing did."""
        now = _counters(self._connection)
        found = []
        if now.sessions - self._before.sessions > len(self._begun) and not self._read:
            found.append("sessions that come and go")
        if now.transaction != self._before.transaction and not self._elsewhere:
            found.append("transactions of sessions that do not show")
        if now.rows != self._before.rows:
            found.append("rows that somebody writes")
        return found


def _counters(connection: Connection) -> Counters:
    row = connection.execute(
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
        " extract(epoch FROM clock_timestamp())::float8"
    ).fetchone()
    assert row is not None  # noqa: S101 - always answers
    begun = 0
    if connection.info.server_version >= 140000:
        count = connection.execute(
            "SELECT sessions FROM pg_catalog.pg_stat_database WHERE datname = current_database()"
        ).fetchone()
        begun = 0 if count is None else int(count[0])
    return Counters(int(row[0]), begun, written(connection), float(row[1]))


def _busy_elsewhere(connection: Connection) -> bool:
    """Whether somebody has, or had since a second ago, a transaction in another database; a vacuum
    in any: both draw ids. Somebody is a subscription's worker too, and an extension's; no reader of
    WAL, who draws none."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND (backend_type = 'autovacuum worker'"
        "  OR backend_type <> 'walsender' AND datname <> current_database()"
        "   AND (backend_xid IS NOT NULL OR state_change > now() - interval '1 second')))"
    ).fetchone()
    return row is not None and bool(row[0])
