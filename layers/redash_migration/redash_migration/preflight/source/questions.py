"""What in the source's contents or life could stand in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql

from redash_migration.database.freeze import fence
from redash_migration.database.tables.catalog import DMS_TABLES, Connection, read_tables
from redash_migration.preflight.asking import Question, listed, names, one
from redash_migration.preflight.judges import orphans
from redash_migration.preflight.source.search_path import search_path
from redash_migration.preflight.source.sequences import judged_sequences
from redash_migration.record import Check

OLDEST_VERSION = 13
_LONG = 600  # seconds: a transaction that runs as long delays the making of the slot


def version(connection: Connection) -> Iterable[Check]:
    """Is the server new enough?"""
    major = connection.info.server_version // 10000
    if major >= OLDEST_VERSION:
        yield Check("source.version", "PASS", f"PostgreSQL {major}")
    else:
        yield Check(
            "source.version",
            "FAIL",
            f"PostgreSQL {major} is older than {OLDEST_VERSION}",
            "Upgrade the old database first (pg_upgrade, or dump and restore).",
        )


def not_fenced(connection: Connection) -> Iterable[Check]:
    """Does the old database take writes, and is it no standby?"""
    database = connection.info.dbname
    if fence.laid(connection):
        yield Check(
            "source.writable",
            "FAIL",
            f"{database} is set to read-only, perhaps by a migration that has ended",
            f'ALTER DATABASE "{database}" RESET default_transaction_read_only;',
        )
    elif one(connection, "SELECT pg_is_in_recovery()"):
        yield Check(
            "source.writable", "FAIL", "the server is a standby", "Name the primary in the secret."
        )
    else:
        yield Check("source.writable", "PASS", f"{database} takes writes")


def own_schema(connection: Connection) -> Iterable[Check]:
    """The canary lives in a schema of our own on the source."""
    database, who = connection.info.dbname, connection.info.user
    if one(connection, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        yield Check("source.own_schema", "PASS", "a schema for the canary may be made")
    else:
        yield Check(
            "source.own_schema",
            "FAIL",
            f"{who} may not create a schema for the canary in {database}",
            f'GRANT CREATE ON DATABASE "{database}" TO "{who}";',
        )


def counters(connection: Connection) -> Iterable[Check]:
    """Does the server count rows? The last look before the switch goes by that."""
    if one(connection, "SHOW track_counts") == "on":
        yield Check("source.counters", "PASS", "written rows are counted")
    else:
        yield Check(
            "source.counters",
            "FAIL",
            "track_counts is off: a row written behind the fence would not be noticed",
            "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf(); it may also be set for"
            " the database or the role.",
        )


def read_alike(connection: Connection) -> Iterable[Check]:
    """Do two relations read alike as schema.name, as "a.b".c and a."b.c" do? Plan, record and
    report know them by that, and what is known of the one would be taken for the other's."""
    found = names(
        connection,
        "SELECT concat_ws('.', n.nspname, c.relname) FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'f', 'S') AND c.oid >= 16384"
        " GROUP BY 1 HAVING count(*) > 1 ORDER BY 1",
    )
    misread = names(
        connection,
        "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname ~ '; Type: ' ORDER BY 1",
    )
    if misread:
        yield Check(
            "source.names",
            "FAIL",
            f"schemas whose names read as a heading of pg_dump's: {listed(misread)}",
            "ALTER SCHEMA ... RENAME each: what is in them would be taken for something else.",
        )
    elif not found:
        yield Check("source.names", "PASS", "no two tables or sequences read alike")
    else:
        yield Check(
            "source.names",
            "FAIL",
            f"two each that read alike as schema.name: {listed(found)}",
            "ALTER TABLE or ALTER SEQUENCE ... RENAME one of each two, or ALTER SCHEMA ... RENAME.",
        )


def alembic(connection: Connection) -> Iterable[Check]:
    """Redash's own mark of its schema's version: one row, or it is no Redash."""
    found = [t for t in read_tables(connection) if t.name == "alembic_version"]
    if not found and {"queries", "users", "data_sources"} <= {
        table.name for table in read_tables(connection)
    }:
        yield Check(
            "source.alembic",
            "FAIL",
            "Redash's tables are there, but alembic_version is not: their version is not known",
            "On the old host: manage.py db stamp, with the revision that this Redash's own"
            " migrations end with (manage.py db heads).",
        )
        return
    if len(found) != 1:
        yield Check(
            "source.alembic",
            "FAIL",
            f"{len(found)} tables alembic_version: this is no Redash database",
            "Name Redash's database in the source's secret (see REDASH_DATABASE_URL).",
        )
        return
    table = sql.Identifier(found[0].schema, found[0].name)
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    rows = row[0] if row else 0
    if rows == 1:
        yield Check("source.alembic", "PASS", "one version")
    else:
        yield Check(
            "source.alembic",
            "FAIL",
            f"alembic_version holds {rows} rows, not one",
            "Leave the row of the running Redash's version (manage.py db current) only.",
        )


def prepared_transactions(connection: Connection) -> Iterable[Check]:
    """Is one left? Its writes could be committed behind the fence."""
    gids = names(
        connection,
        "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()",
    )
    yield _none_of(
        "source.prepared_transactions",
        gids,
        "FAIL",
        "prepared transactions",
        "COMMIT PREPARED or ROLLBACK PREPARED each of them.",
    )


def long_transactions(connection: Connection) -> Iterable[Check]:
    """Is one open for long? A replication slot has to wait for its end."""
    found = names(
        connection,
        "SELECT format('pid %%s of %%s (%%s s)', pid, usename,"
        " extract(epoch FROM now() - xact_start)::int)"
        " FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < now() - make_interval(secs => %s)"
        " ORDER BY xact_start",
        _LONG,
    )
    yield _none_of(
        "source.long_transactions",
        found,
        "WARN",
        "long transactions, which delay the making of the slot:",
        "End them: SELECT pg_terminate_backend(pid).",
    )


def large_objects(connection: Connection) -> Iterable[Check]:
    """Are there any? DMS does not carry them."""
    count = int(one(connection, "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata"))
    yield _none_of(
        "source.large_objects",
        [str(count)] if count else [],
        "FAIL",
        "large objects, which are not carried:",
        "Redash makes none. SELECT lo_unlink(oid) FROM pg_largeobject_metadata removes them.",
    )


def invalid_indexes(connection: Connection) -> Iterable[Check]:
    """Has an index failed to be built?"""
    found = names(
        connection,
        "SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index i"
        " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        r" WHERE NOT i.indisvalid AND n.nspname NOT LIKE 'pg\_%'",
    )
    yield _none_of(
        "source.invalid_indexes",
        found,
        "WARN",
        "invalid indexes, which pg_dump leaves out:",
        "REINDEX INDEX CONCURRENTLY, or DROP INDEX, each of them.",
    )


def unvalidated_constraints(connection: Connection) -> Iterable[Check]:
    """Does a constraint stand that its rows were never checked against?"""
    found = names(
        connection,
        "SELECT format('%I on %s', conname, conrelid::regclass)"
        " FROM pg_catalog.pg_constraint WHERE NOT convalidated AND conrelid <> 0",
    )
    yield _none_of(
        "source.unvalidated_constraints",
        found,
        "WARN",
        "constraints that not all rows are known to keep:",
        "ALTER TABLE ... VALIDATE CONSTRAINT each of them, or leave them: they stay as they are.",
    )


def event_triggers(connection: Connection) -> Iterable[Check]:
    """Is one enabled? It would run for the migration's own ALTER TABLE and CREATE INDEX too, and
    refuse them in the write pause, or write rows about them that the source has not."""
    found = connection.execute(
        "SELECT evtname::text, evtenabled <> 'D' FROM pg_catalog.pg_event_trigger e"
        " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'"
        " AND d.classid = 'pg_catalog.pg_event_trigger'::regclass AND d.objid = e.oid)"
        " AND evtname NOT LIKE %s ORDER BY 1",
        [DMS_TABLES],
    ).fetchall()
    enabled = [str(name) for name, on in found if on]
    if enabled:
        yield Check(
            "source.event_triggers",
            "FAIL",
            f"event triggers, which would run for the migration itself: {listed(enabled)}",
            "ALTER EVENT TRIGGER ... DISABLE each of them until the migration has ended; on the new"
            " database ENABLE what it needs.",
        )
        return
    yield _none_of(
        "source.event_triggers",
        [str(name) for name, _ in found],
        "WARN",
        "event triggers, disabled, which RDS may refuse:",
        "DROP EVENT TRIGGER those that the new database does not need.",
    )


def other_slots(connection: Connection) -> Iterable[Check]:
    """Does somebody's idle slot keep WAL already?"""
    found = names(
        connection,
        "SELECT slot_name::text FROM pg_catalog.pg_replication_slots"
        " WHERE NOT active AND NOT temporary ORDER BY 1",
    )
    yield _none_of(
        "source.other_slots",
        found,
        "WARN",
        "unused replication slots, which keep WAL on the disk:",
        "SELECT pg_drop_replication_slot(name) for those that nobody needs.",
    )


def subscriptions(connection: Connection) -> Iterable[Check]:
    """Does somebody replicate into the old database? The fence would not keep that out."""
    count = int(
        one(
            connection,
            "SELECT count(*) FROM pg_catalog.pg_stat_subscription s WHERE s.pid IS NOT NULL"
            " AND EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid = s.pid"
            " AND a.datname = current_database())",
        )
    )
    yield _none_of(
        "source.subscriptions",
        [str(count)] if count else [],
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
        "SELECT pubname::text FROM pg_catalog.pg_publication WHERE puballtables AND pubinsert"
        " ORDER BY 1",
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
            " PRIMARY KEY, phase varchar(64), written_at timestamptz); then ALTER SUBSCRIPTION ..."
            " REFRESH PUBLICATION there.",
        )


def foreign_tables(connection: Connection) -> Iterable[Check]:
    """Are there any? Their rows live elsewhere."""
    found = [table.qualified_name for table in read_tables(connection) if table.kind == "f"]
    yield _none_of(
        "source.foreign_tables",
        found,
        "WARN",
        "foreign tables, whose rows live elsewhere:",
        "See that the new database reaches their servers; user mappings are made by hand.",
    )


def materialized_views(connection: Connection) -> Iterable[Check]:
    """Are there any? They are made empty on the target."""
    found = names(
        connection,
        "SELECT format('%I.%I', schemaname, matviewname) FROM pg_catalog.pg_matviews ORDER BY 1",
    )
    yield _none_of(
        "source.materialized_views",
        found,
        "WARN",
        "materialized views, which are made empty:",
        "REFRESH MATERIALIZED VIEW each of them on the new database after the switch.",
    )


def _none_of(name: str, found: list[str], otherwise: str, what: str, remedy: str) -> Check:
    if not found:
        return Check(name, "PASS", "none")
    return Check(
        name,
        "FAIL" if otherwise == "FAIL" else "WARN",
        f"{what} {listed(found)}" if what.endswith(":") else f"{listed(found)} ({what})",
        remedy,
    )


QUESTIONS: Mapping[str, Question] = {
    "source.writable": not_fenced,
    "source.own_schema": own_schema,
    "source.names": read_alike,
    "source.counters": counters,
    "source.alembic": alembic,
    "source.prepared_transactions": prepared_transactions,
    "source.long_transactions": long_transactions,
    "source.large_objects": large_objects,
    "source.invalid_indexes": invalid_indexes,
    "source.unvalidated_constraints": unvalidated_constraints,
    "source.event_triggers": event_triggers,
    "source.other_slots": other_slots,
    "source.subscriptions": subscriptions,
    "source.publications": publications,
    "source.foreign_tables": foreign_tables,
    "source.materialized_views": materialized_views,
    "source.sequences": judged_sequences,
    "source.orphans": orphans,
    "source.search_path": search_path,
}
