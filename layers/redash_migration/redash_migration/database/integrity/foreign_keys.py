"""Foreign keys proved on the target; a failing one explained by the rows that break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.key import primary_key_of
from redash_migration.database.tables.naming import named

MOST_ORPHANS = 20


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key. `key` names the primary key of the table that refers, for naming its rows.

    With `period` (PostgreSQL 18) the last column is a range, which the parent's rows of the same
    key have to cover together.
    """

    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    parent_schema: str
    parent: str
    parent_columns: tuple[str, ...]
    valid: bool
    key: tuple[str, ...]
    partitioned: bool
    parent_partitioned: bool
    period: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells it from all others of a database."""
        return self.schema, self.table, self.name

    @property
    def child(self) -> sql.Identifier:
        """The table that refers."""
        return sql.Identifier(self.schema, self.table)

    @property
    def child_rows(self) -> sql.Composable:
        """The rows that refer, for a FROM clause."""
        return _rows(self.child, self.partitioned)

    @property
    def parent_rows(self) -> sql.Composable:
        """The rows referred to, for a FROM clause."""
        return _rows(sql.Identifier(self.parent_schema, self.parent), self.parent_partitioned)


def _rows(table: sql.Identifier, partitioned: bool) -> sql.Composable:
    """What a foreign key speaks of: the rows of all partitions, but of no table that inherits."""
    return table if partitioned else sql.SQL("ONLY {}").format(table)


@dataclass(frozen=True, slots=True)
class Orphans:
    """Rows that refer to nothing: how many, and the keys of the first of them."""

    foreign_key: ForeignKey
    count: int
    keys: tuple[str, ...]

    def __str__(self) -> str:
        fk = self.foreign_key
        named = f"; {', '.join(fk.key)}: {', '.join(self.keys)}" if self.keys else ""
        return (
            f"{fk.schema}.{fk.table}.{fk.name}: {self.count} rows refer to no row of "
            f"{fk.parent_schema}.{fk.parent}{named}"
        )


_FOREIGN_KEYS = f"""
SELECT k.conname, n.nspname, c.relname,
       (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY AS u(attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
       pn.nspname, p.relname,
       (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.confkey) WITH ORDINALITY AS u(attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum),
       k.convalidated,
       {primary_key_of("k.conrelid")}, c.relkind = 'p', p.relkind = 'p',
       coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname <> ALL (%s)
ORDER BY pg_catalog.pg_table_size(c.oid) DESC, n.nspname, c.relname, k.conname
"""  # noqa: S608 - made of constants


def read_foreign_keys(session: Session, without: Sequence[str]) -> list[ForeignKey]:
    """All foreign keys outside the schemas named, those of the largest tables first."""
    found = []
    for row in session.execute(_FOREIGN_KEYS, (list(without),)):
        values: list[Any] = [tuple(each) if isinstance(each, list) else each for each in row]
        found.append(ForeignKey(*values))
    return found


def by_table(foreign_keys: Sequence[ForeignKey]) -> list[list[ForeignKey]]:
    """In groups that can be proved at the same time: VALIDATE locks the table that refers against
    another one (SHARE UPDATE EXCLUSIVE; PostgreSQL manual, ALTER TABLE)."""
    groups: dict[tuple[str, str], list[ForeignKey]] = {}
    for foreign_key in foreign_keys:
        groups.setdefault((foreign_key.schema, foreign_key.table), []).append(foreign_key)
    return list(groups.values())


def prove(session: Session, foreign_key: ForeignKey) -> Orphans | None:
    """VALIDATE a foreign key; what breaks it, or None.

    One that claims to be valid already may have been switched off while rows came in
    (session_replication_role), so its rows are looked at all the same.
    """
    if foreign_key.valid:
        found = find_orphans(session, foreign_key)
        return found if found.count else None
    try:
        session.execute(
            sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}").format(
                foreign_key.child, sql.Identifier(foreign_key.name)
            )
        )
    except psycopg.errors.ForeignKeyViolation:
        return find_orphans(session, foreign_key)
    return None


def find_orphans(session: Session, foreign_key: ForeignKey) -> Orphans:
    """The rows that refer to nothing, by an anti-join."""
    key: sql.Composable = sql.SQL("NULL::text")
    if foreign_key.key:
        key = sql.SQL("concat_ws('/', {})").format(
            sql.SQL(", ").join(named(sql.Identifier("t", name)) for name in foreign_key.key)
        )
    query = sql.SQL("SELECT {}, count(*) OVER () FROM {} t WHERE {} AND NOT {} LIMIT {}").format(
        key,
        foreign_key.child_rows,
        sql.SQL(" AND ").join(
            sql.SQL("{} IS NOT NULL").format(sql.Identifier("t", name))
            for name in foreign_key.columns
        ),
        _parents(foreign_key),
        sql.Literal(MOST_ORPHANS),
    )
    rows = session.execute(query).fetchall()
    return Orphans(
        foreign_key, rows[0][1] if rows else 0, tuple(row[0] for row in rows if row[0] is not None)
    )


def _parents(foreign_key: ForeignKey) -> sql.Composable:
    """SQL that is true where the row t has what it refers to."""
    pairs = [
        (sql.Identifier("p", theirs), sql.Identifier("t", ours))
        for ours, theirs in zip(foreign_key.columns, foreign_key.parent_columns, strict=True)
    ]
    equal = pairs[:-1] if foreign_key.period else pairs
    same = sql.SQL(" AND ").join(sql.SQL("{} = {}").format(*pair) for pair in equal)
    if not foreign_key.period:
        return sql.SQL("EXISTS (SELECT FROM {} p WHERE {})").format(foreign_key.parent_rows, same)
    theirs, ours = pairs[-1]
    return sql.SQL("coalesce({} <@ (SELECT range_agg({}) FROM {} p WHERE {}), false)").format(
        ours, theirs, foreign_key.parent_rows, same
    )
