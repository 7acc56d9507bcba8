"""How many rows were written on the target since the switch: the cost of going back."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.record.record import Record

BASELINE = "target_writes_baseline"
"""The record's fact that holds the counters from before the first user's write."""


@dataclass(frozen=True, slots=True)
class Written:
    """Counters since the database's statistics began; `epoch` changes when they are reset."""

    rows: int
    epoch: str


@dataclass(frozen=True, slots=True)
class Cutover:
    """What has happened on the target; `writes_since_switch` None when it can't be known."""

    writes_since_switch: int | None
    sessions: int
    rolled_back: int
    deadlocks: int


def written(connection: Connection) -> Written:
    """Rows inserted, updated and deleted in users' tables.

    PostgreSQL keeps these counters up to ten seconds behind (manual, 27.2).
    """
    row = connection.execute(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint,"
        # As a number: how a session prints a time is set for database and role.
        " (SELECT coalesce((extract(epoch FROM stats_reset) * 1000000)::bigint::text, '')"
        "  FROM pg_catalog.pg_stat_database"
        "  WHERE datname = current_database())"
        " FROM pg_catalog.pg_stat_user_tables"
        r" WHERE schemaname <> ALL (%s) AND relname NOT LIKE 'awsdms\_%%'",
        [OWN_SCHEMAS],
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers
    return Written(int(row[0]), str(row[1]))


def baseline(record: Record) -> Written | None:
    """The counters from before the first user's write; None when nobody noted them."""
    fact = record.fact(BASELINE)
    return None if fact is None else Written(int(fact["rows"]), str(fact["epoch"]))


def since(connection: Connection, baseline: Written) -> int | None:
    """Rows written since the baseline; None when the counters were reset in between."""
    now = written(connection)
    if now.epoch != baseline.epoch or now.rows < baseline.rows:
        return None
    return now.rows - baseline.rows


def measure_cutover(connection: Connection, before: Written | None) -> Cutover:
    """Writes, sessions and failures on the target."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity"
        "  WHERE datname = current_database() AND pid <> pg_backend_pid()"
        "  AND backend_type = 'client backend'), xact_rollback, deadlocks"
        " FROM pg_catalog.pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None  # noqa: S101 - the current database always has a row
    writes = None if before is None else since(connection, before)
    return Cutover(writes, int(row[0]), int(row[1]), int(row[2]))
