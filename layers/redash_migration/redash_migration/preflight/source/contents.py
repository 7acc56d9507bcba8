"""What lies in the old database: names, the mark of Redash's version, objects beside tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql

from redash_migration.database.tables.catalog import (
    DMS_TABLES,
    OWN_SCHEMAS,
    OWN_TABLES,
    Connection,
    read_tables,
)
from redash_migration.preflight.asking import Question, listed, names, none_of, one
from redash_migration.record import Check


def read_alike(connection: Connection) -> Iterable[Check]:
    """Do two relations read alike as schema.name, as "a.b".c and a."b.c" do? Plan, record and
    report know them by that, and what is known of the one would be taken for the other's. What
    somebody keeps in our own schemas would be taken for ours, and stay behind."""
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
    ours = names(
        connection,
        "SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')"
        " AND c.relname <> ALL (%s) AND c.relname NOT LIKE %s ORDER BY 1",
        OWN_SCHEMAS,
        OWN_TABLES,
        DMS_TABLES,
    )
    if ours:
        yield Check(
            "source.names",
            "FAIL",
            f"in a schema that the migration keeps for itself: {listed(ours)}",
            "ALTER TABLE ... SET SCHEMA each, or DROP what nobody needs: nothing in there is"
            " carried.",
        )
    elif misread:
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


def large_objects(connection: Connection) -> Iterable[Check]:
    """Are there any? DMS does not carry them."""
    count = int(one(connection, "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata"))
    yield none_of(
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
    yield none_of(
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
    yield none_of(
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
    yield none_of(
        "source.event_triggers",
        [str(name) for name, _ in found],
        "WARN",
        "event triggers, disabled, which RDS may refuse:",
        "DROP EVENT TRIGGER those that the new database does not need.",
    )


def foreign_tables(connection: Connection) -> Iterable[Check]:
    """Are there any? Their rows live elsewhere."""
    found = [table.qualified_name for table in read_tables(connection) if table.kind == "f"]
    yield none_of(
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
    yield none_of(
        "source.materialized_views",
        found,
        "WARN",
        "materialized views, which are made empty:",
        "REFRESH MATERIALIZED VIEW each of them on the new database after the switch.",
    )


QUESTIONS: Mapping[str, Question] = {
    "source.names": read_alike,
    "source.alembic": alembic,
    "source.large_objects": large_objects,
    "source.invalid_indexes": invalid_indexes,
    "source.unvalidated_constraints": unvalidated_constraints,
    "source.event_triggers": event_triggers,
    "source.foreign_tables": foreign_tables,
    "source.materialized_views": materialized_views,
}
