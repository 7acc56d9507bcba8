"""Are texts in the same order on both sides, and is every collation there that a column names?

Where the order differs, lists are sorted otherwise, which is a warning; where it decides which
partition a row is in, the row would be refused in the write pause. A collation is of the same
order where its provider says the same version on both servers, or knows none (C has none).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

NAME = "databases.collation"

_DATABASE = """
SELECT CASE WHEN coalesce(d ->> 'datlocprovider', 'c') = 'c'
       THEN concat_ws('/', d ->> 'datcollate', d ->> 'datctype')
       ELSE concat_ws(':', d ->> 'datlocprovider',
                      coalesce(d ->> 'datlocale', d ->> 'daticulocale')) END,
       coalesce(d ->> 'datcollversion', '')
FROM (SELECT to_jsonb(b) FROM pg_catalog.pg_database b WHERE datname = current_database()) AS x (d)
"""

_NAMED = """
SELECT c.oid >= 16384, n.nspname::text, c.collname::text, c.collprovider::text,
       coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale',
                to_jsonb(c) ->> 'collcollate', ''),
       coalesce(pg_catalog.pg_collation_actual_version(c.oid), ''), coalesce(c.collversion, '')
FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.collname NOT IN ('default', 'C', 'POSIX', 'ucs_basic') AND {which}
ORDER BY 1, 2, 3
"""

_USED = """
c.oid IN (
    SELECT a.attcollation FROM pg_catalog.pg_attribute a
    WHERE a.attrelid >= 16384 AND NOT a.attisdropped
    UNION SELECT t.typcollation FROM pg_catalog.pg_type t WHERE t.oid >= 16384
    UNION SELECT d.refobjid FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_collation'::regclass AND d.objid >= 16384)
"""
_THERE = (
    "c.collencoding IN (-1, pg_catalog.pg_char_to_encoding(current_setting('server_encoding')))"
)

_CUT_BY = """
SELECT p.partrelid::regclass::text FROM pg_catalog.pg_partitioned_table p
JOIN pg_catalog.pg_collation c ON c.oid = ANY (p.partcollation::oid[])
WHERE p.partstrat = 'r' AND c.collname = ANY (%s)
ORDER BY 1
"""


class Collation(NamedTuple):
    """As a server has it: what makes it (c: the C library, i: ICU, b: PostgreSQL) of which locale;
    its version as it is now, and as it was when indexes were first built by it. "" for none."""

    own: bool
    schema: str
    name: str
    provider: str
    locale: str
    version: str
    built_by: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.own else self.name


def collations(source: Connection, target: Connection) -> Iterable[Check]:
    """The database's own collation, and those that columns and expressions name."""
    used = _named(source, _USED)
    there = _named(target, _THERE)
    missing = [str(each) for each in used if _counterpart(each, there) is None]
    if missing:
        yield Check(
            NAME,
            "FAIL",
            f"the target has no locale for the collations {listed(missing)}",
            "Make the target of a PostgreSQL with ICU, or of a system with that locale; or on the"
            ' source ALTER TABLE ... ALTER COLUMN ... TYPE text COLLATE "C".',
        )
    else:
        yield _order(source, target, used, there)
    yield _as_built(used)


def _order(
    source: Connection, target: Connection, used: list[Collation], there: list[Collation]
) -> Check:
    """WARN where texts are sorted otherwise; FAIL where that decides which partition a row is in.

    PostgreSQL keeps the version of a database's locale from 15 on.
    """
    (old, known), (new, now) = (side.execute(_DATABASE).fetchall()[0] for side in (source, target))
    said, changed = [], []
    if _plain(old) != _plain(new):
        said.append(f"texts are sorted by {old} on the source, by {new} on the target")
    elif _other(known, now):
        said.append(
            f"texts are sorted by {old} in version {known} on the source, {now} on the target"
        )
    if said:
        changed.append("default")
    for each in used:
        other = _counterpart(each, there)
        if other is not None and _other(each.version, other.version):
            said.append(
                f"by {each} in version {each.version} on the source, {other.version} on the target"
            )
            changed.append(each.name)
    if not said:
        return Check(NAME, "PASS", ", ".join([old, *map(str, used)]))
    remedy = f"If lists have to keep their order: CREATE DATABASE ... LOCALE '{old.split('/')[0]}'."
    cut = [str(name) for (name,) in source.execute(_CUT_BY, [changed]).fetchall()]
    if cut:
        return Check(
            NAME,
            "FAIL",
            f"{'; '.join(said)}, and {listed(cut)} are cut into partitions by that order",
            remedy + ' Or cut them by a column with COLLATE "C".',
        )
    return Check(NAME, "WARN", "; ".join(said), remedy)


def _as_built(used: list[Collation]) -> Check:
    """WARN where a locale has changed under the source's own indexes: a unique one may have let
    the same value in twice, which the new server will refuse."""
    name = "source.collation_versions"
    stale = [str(each) for each in used if _other(each.built_by, each.version)]
    if not stale:
        return Check(name, "PASS", "indexes are ordered as they were built")
    return Check(
        name,
        "WARN",
        f"locales have changed since indexes were built by {listed(stale)}",
        "REINDEX on the source what uses them, then ALTER COLLATION ... REFRESH VERSION.",
    )


def _named(connection: Connection, which: str) -> list[Collation]:
    rows = connection.execute(_NAMED.replace("{which}", which).encode()).fetchall()
    return [Collation(*row) for row in rows]


def _counterpart(used: Collation, there: list[Collation]) -> Collation | None:
    """What orders texts alike on the other server: the one of that name, where the server brings
    it; for one that a user made, any that its provider makes of the locale."""
    for each in there:
        if not used.own and not each.own and each.name == used.name:
            return each
        if used.own and each.provider == used.provider and _same_locale(used, each):
            return each
    return used if used.own and used.provider == "b" else None


def _same_locale(used: Collation, other: Collation) -> bool:
    # ICU makes a collation of any locale; of which version it is, "und" tells as well.
    return (
        other.name == "und-x-icu"
        if used.provider == "i"
        else _plain(used.locale) == _plain(other.locale)
    )


def _other(one: str, two: str) -> bool:
    return bool(one and two) and one.split(".")[:2] != two.split(".")[:2]


def _plain(collation: str) -> str:
    return collation.lower().replace("-", "")
