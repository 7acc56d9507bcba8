"""Who else works with the old database: open transactions, slots, replication in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import Question, listed, names, none_of, one
from redash_migration.record import Check

_LONG = 600  # seconds: a transaction that runs as long delays the making of the slot


def prepared_transactions(connection: Connection) -> Iterable[Check]:
    """Is one left? Its writes could be committed behind the fence."""
    gids = names(
        connection,
        "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()",
    )
    yield none_of(
        "source.prepared_transactions",
        gids,
        "FAIL",
        "prepared transactions",
        "COMMIT PREPARED or ROLLBACK PREPARED each of them.",
    )


def long_transactions(connection: Connection) -> Iterable[Check]:
    """Is one open for long, in whichever database? A replication slot has to wait for its end, and
    for that of a prepared one, which has no session."""
    found = names(
        connection,
        "SELECT format('pid %%s of %%s (%%s s)', pid, usename,"
        " extract(epoch FROM now() - xact_start)::int)"
        " FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < now() - make_interval(secs => %s)"
        " ORDER BY xact_start",
        _LONG,
    ) + names(
        connection,
        "SELECT format('%%L, prepared in database %%I (%%s s)', gid, database,"
        " extract(epoch FROM now() - prepared)::int) FROM pg_catalog.pg_prepared_xacts"
        " WHERE database <> current_database() AND prepared < now() - make_interval(secs => %s)"
        " ORDER BY prepared",
        _LONG,
    )
    yield none_of(
        "source.long_transactions",
        found,
        "WARN",
        "long transactions, which delay the making of the slot:",
        "End them: SELECT pg_terminate_backend(pid); a prepared one by ROLLBACK PREPARED, or COMMIT"
        " PREPARED, in its database.",
    )


def other_slots(connection: Connection) -> Iterable[Check]:
    """Does somebody's idle slot keep WAL already?"""
    found = names(
        connection,
        "SELECT slot_name::text FROM pg_catalog.pg_replication_slots"
        " WHERE NOT active AND NOT temporary ORDER BY 1",
    )
    yield none_of(
        "source.other_slots",
        found,
        "WARN",
        "unused replication slots, which keep WAL on the disk:",
        "SELECT pg_drop_replication_slot(name) for those that nobody needs.",
    )


def subscriptions(connection: Connection) -> Iterable[Check]:
    """Does somebody replicate into the old database? The fence would not keep that out."""
    found = names(
        connection,
        # Enabled is enough: its worker may be between two tries to reach the other server.
        "SELECT s.subname::text FROM pg_catalog.pg_subscription s"
        " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
        " WHERE s.subenabled AND d.datname = current_database() ORDER BY 1",
    )
    yield none_of(
        "source.subscriptions",
        found,
        "FAIL",
        "subscriptions that write here:",
        "ALTER SUBSCRIPTION ... DISABLE: no other server may write during the switch.",
    )


def publications(connection: Connection) -> Iterable[Check]:
    """The canary's row would go to every subscriber of a publication of all tables, and end the
    replication of one that has no such table."""
    name = "source.publications"
    found = names(
        connection,
        "SELECT pubname::text FROM pg_catalog.pg_publication"
        " WHERE puballtables AND (pubinsert OR pubupdate) ORDER BY 1",
    )
    readers = names(
        connection,
        "SELECT slot_name::text FROM pg_catalog.pg_replication_slots WHERE slot_type = 'logical'"
        " AND database = current_database() AND plugin = 'pgoutput' ORDER BY 1",
    )
    if not found or not readers:
        yield Check(name, "PASS", "nobody is sent every table of this database")
    elif one(connection, "SELECT to_regclass('redash_migration.canary') IS NOT NULL"):
        yield Check(name, "PASS", f"subscribers of {listed(found)} are sent the canary's table too")
    else:
        yield Check(
            name,
            "FAIL",
            f"{listed(found)} for all tables, read by {listed(readers)}: our canary's row would end"
            " a subscriber that lacks its table",
            "Name the tables in the publication; or, here and on each subscriber: CREATE SCHEMA"
            " redash_migration; CREATE TABLE redash_migration.canary (migration_id varchar(64)"
            " PRIMARY KEY, mark varchar(64), written_at timestamptz); then ALTER SUBSCRIPTION ..."
            " REFRESH PUBLICATION there.",
        )


QUESTIONS: Mapping[str, Question] = {
    "source.prepared_transactions": prepared_transactions,
    "source.long_transactions": long_transactions,
    "source.other_slots": other_slots,
    "source.subscriptions": subscriptions,
    "source.publications": publications,
}
