"""Do the two databases fit each other?"""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed, names, one
from redash_migration.preflight.encodings import encodings
from redash_migration.preflight.visibility import policies_beyond
from redash_migration.record import Check


def compare(source: Connection, target: Connection, role: str = "") -> Iterable[Check]:
    """Versions, encodings, collations, extensions, policies; and that they are two.

    `role` is the application's on the target, "" for the migration's own.
    """
    yield _two(source, target)
    yield _versions(source, target)
    yield from encodings(source, target)
    yield _collations(source, target)
    yield _extensions(source, target)
    yield policies_beyond(source, target, role)


def _two(source: Connection, target: Connection) -> Check:
    identity = (
        "SELECT concat_ws(' ', pg_postmaster_start_time(), inet_server_port(), d.oid)"
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


def _collations(source: Connection, target: Connection) -> Check:
    ask = (
        "SELECT concat_ws('/', datcollate, datctype) FROM pg_catalog.pg_database"
        " WHERE datname = current_database()"
    )
    old, new = (str(one(side, ask)) for side in (source, target))
    if _plain(old) == _plain(new):
        return Check("databases.collation", "PASS", old)
    return Check(
        "databases.collation",
        "WARN",
        f"texts are sorted by {old} on the source, by {new} on the target",
        f"If lists have to keep their order: CREATE DATABASE ... LOCALE '{old.split('/')[0]}'.",
    )


def _plain(collation: str) -> str:
    return collation.lower().replace("-", "")


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
