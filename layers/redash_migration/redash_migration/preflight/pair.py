"""Do the two databases fit each other?"""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed, names, one
from redash_migration.preflight.encodings import encodings
from redash_migration.preflight.session_settings import session_settings
from redash_migration.preflight.visibility import policies_beyond
from redash_migration.record import Check


def compare(source: Connection, target: Connection, role: str = "") -> Iterable[Check]:
    """Versions, encodings, collations, settings, extensions, policies; and that they are two.

    `role` is the application's on the target, "" for the migration's own.
    """
    yield _two(source, target)
    yield _versions(source, target)
    yield from encodings(source, target)
    yield _collations(source, target)
    yield session_settings(source, target)
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


_COLLATION = """
SELECT CASE WHEN coalesce(d ->> 'datlocprovider', 'c') = 'c'
       THEN concat_ws('/', d ->> 'datcollate', d ->> 'datctype')
       ELSE concat_ws(':', d ->> 'datlocprovider',
                      coalesce(d ->> 'datlocale', d ->> 'daticulocale')) END,
       coalesce(d ->> 'datcollversion', '')
FROM (SELECT to_jsonb(b) FROM pg_catalog.pg_database b WHERE datname = current_database()) AS x (d)
"""

_BY_TEXT = """
SELECT p.partrelid::regclass::text FROM pg_catalog.pg_partitioned_table p
WHERE p.partstrat = 'r' AND 'pg_catalog.default'::regcollation = ANY (p.partcollation::oid[])
ORDER BY 1
"""


def _collations(source: Connection, target: Connection) -> Check:
    """WARN where texts are sorted otherwise; FAIL where that decides which partition a row is in.

    PostgreSQL keeps the version of a locale from 15 on; of none is known what C is.
    """
    name = "databases.collation"
    (old, known), (new, now) = (side.execute(_COLLATION).fetchall()[0] for side in (source, target))
    if _plain(old) == _plain(new) and (not known or not now or known == now):
        return Check(name, "PASS", old)
    said = (
        f"texts are sorted by {old} on the source, by {new} on the target"
        if _plain(old) != _plain(new)
        else f"texts are sorted by {old} in version {known} on the source, {now} on the target"
    )
    cut = names(source, _BY_TEXT)
    remedy = f"If lists have to keep their order: CREATE DATABASE ... LOCALE '{old.split('/')[0]}'."
    if cut:
        return Check(
            name,
            "FAIL",
            f"{said}, and {listed(cut)} are cut into partitions by that order",
            remedy + ' Or cut them by a column with COLLATE "C".',
        )
    return Check(name, "WARN", said, remedy)


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
