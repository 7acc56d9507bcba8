"""Do the two databases fit each other?"""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed, names, one
from redash_migration.preflight.pair.collations import collations
from redash_migration.preflight.pair.encodings import encodings
from redash_migration.preflight.pair.features import features
from redash_migration.preflight.pair.session_settings import session_settings
from redash_migration.preflight.source.visibility import policies_beyond
from redash_migration.record import Check


def compare(source: Connection, target: Connection, role: str = "") -> Iterable[Check]:
    """Versions, encodings, collations, features, settings, extensions, policies; and that they are
    two.

    `role` is the application's on the target, "" for the migration's own.
    """
    yield _two(source, target)
    yield _versions(source, target)
    yield from encodings(source, target)
    yield from collations(source, target)
    yield features(source, target)
    yield _hash_partitions(source, target)
    yield session_settings(source, target)
    yield _extensions(source, target)
    yield policies_beyond(source, target, role)


def _two(source: Connection, target: Connection) -> Check:
    identity = (
        # As a number: how a time is printed is set for database and role.
        "SELECT concat_ws(' ', (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,"
        " inet_server_port(), d.oid)"
        " FROM pg_catalog.pg_database d WHERE d.datname = current_database()"
    )
    if one(source, identity) == one(target, identity):
        return Check(
            "databases.two",
            "FAIL",
            "source and target are the same database",
            "Name the new database in the target's secret.",
        )
    return Check("databases.two", "PASS", "source and target are two databases")


def _versions(source: Connection, target: Connection) -> Check:
    old, new = (side.info.server_version // 10000 for side in (source, target))
    if old <= new:
        return Check("databases.versions", "PASS", f"from PostgreSQL {old} to {new}")
    return Check(
        "databases.versions",
        "FAIL",
        f"the target is older: from PostgreSQL {old} to {new}",
        f"Make the target of version {old} or newer.",
    )


_HASHED = """
WITH RECURSIVE keys AS (
    SELECT p.partrelid, a.atttypid AS type
    FROM pg_catalog.pg_partitioned_table p CROSS JOIN LATERAL unnest(p.partattrs::int2[]) AS k
    JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k
    WHERE p.partstrat = 'h'
    UNION
    SELECT k.partrelid, CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END
    FROM keys k JOIN pg_catalog.pg_type t ON t.oid = k.type
    WHERE t.typtype = 'd' OR t.typcategory = 'A'
)
SELECT k.partrelid::regclass::text,
       bool_or(t.oid >= 16384 AND t.typtype IN ('e', 'c', 'r', 'm')),
       bool_or(t.typcollation <> 0 OR t.typname = 'jsonb')
FROM keys k JOIN pg_catalog.pg_type t ON t.oid = k.type GROUP BY 1 ORDER BY 1
"""


def _hash_partitions(source: Connection, target: Connection) -> Check:
    """FAIL where a row's partition follows from what is otherwise in every database: an
    enumeration hashes by the numbers of its values in the catalog, a text by its bytes."""
    name = "databases.hash_partitions"
    old, new = (side.info.parameter_status("server_encoding") for side in (source, target))
    recoded = old != new and "SQL_ASCII" not in {old, new}
    odd = [
        str(table)
        for table, by_number, by_bytes in source.execute(_HASHED).fetchall()
        if by_number or (by_bytes and recoded)
    ]
    if not odd:
        return Check(name, "PASS", "rows are in the same partitions on both sides")
    return Check(
        name,
        "FAIL",
        f"rows would be in other partitions on the target: {listed(odd)}",
        "Partition by LIST or RANGE, or by the hash of a column of a builtin type; texts too, where"
        " both databases have the same encoding.",
    )


def _extensions(source: Connection, target: Connection) -> Check:
    used = names(source, "SELECT extname::text FROM pg_catalog.pg_extension ORDER BY 1")
    there = set(names(target, "SELECT name::text FROM pg_catalog.pg_available_extensions"))
    missing = [name for name in used if name not in there]
    if not missing:
        return Check("databases.extensions", "PASS", listed(used))
    return Check(
        "databases.extensions",
        "FAIL",
        f"the target does not offer {listed(missing)}",
        "DROP EXTENSION on the source what Redash does not need (it needs plpgsql alone).",
    )
