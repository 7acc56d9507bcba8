"""NOT NULL set again on the columns it was taken off while DMS wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.shape import TableShape

LARGE_HEAP_BYTES = 64 * 1024 * 1024
"""From this size on the scan goes on under a lock that lets readers and writers through."""

_CHECK = "redash_migration_not_null"


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A table's columns that are NOT NULL on the source, and not (yet) on the target."""

    schema: str
    table: str
    columns: tuple[str, ...]
    heap_bytes: int = 0

    @property
    def identifier(self) -> sql.Identifier:
        """The table, as it stands in a statement."""
        return sql.Identifier(self.schema, self.table)


@dataclass(frozen=True, slots=True)
class NullsFound:
    """Rows that hold NULL where the source allows none."""

    table: str
    column: str
    count: int

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {self.count} rows hold NULL"


def relaxed_columns(
    source: Mapping[tuple[str, str], TableShape], target: Mapping[tuple[str, str], TableShape]
) -> list[Relaxed]:
    """What the two catalogs say, so that nothing depends on who took NOT NULL off, or when."""
    found = []
    for name, shape in source.items():
        there = {c.name for c in shape.columns if c.not_null}
        here = {c.name for c in target[name].columns if c.not_null} if name in target else there
        if there - here:
            found.append(Relaxed(*name, tuple(sorted(there - here))))
    return found


def heap_sizes(session: Session, relaxed: Sequence[Relaxed]) -> list[Relaxed]:
    """The same with the size of each table's heap, largest first."""
    rows = session.execute(
        "SELECT n, pg_relation_size(format('%%I.%%I', s, t)::regclass)"
        " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS wanted(s, t, n)",
        ([each.schema for each in relaxed], [each.table for each in relaxed]),
    ).fetchall()
    sizes = {int(number) - 1: int(size) for number, size in rows}
    sized = [
        Relaxed(each.schema, each.table, each.columns, sizes[place])
        for place, each in enumerate(relaxed)
    ]
    return sorted(sized, key=lambda each: -each.heap_bytes)


def set_not_null(session: Session, relaxed: Relaxed) -> list[NullsFound]:
    """Set it on all columns of a table in one pass; the columns that hold NULLs, if any.

    Small tables take one ALTER TABLE, a scan under an exclusive lock. On large ones a CHECK proves
    the columns first under a lock that disturbs nobody, and SET NOT NULL then needs no scan
    (PostgreSQL manual, ALTER TABLE).
    """
    try:
        if relaxed.heap_bytes >= LARGE_HEAP_BYTES:
            _prove_by_check(session, relaxed)
        with session.transaction():
            session.execute(_alter(relaxed, "ALTER COLUMN {} SET NOT NULL", relaxed.columns))
            session.execute(_drop_check(relaxed))
    except (psycopg.errors.NotNullViolation, psycopg.errors.CheckViolation):
        session.execute(_drop_check(relaxed))
        return _count_nulls(session, relaxed)
    return []


def _prove_by_check(session: Session, relaxed: Relaxed) -> None:
    session.execute(_drop_check(relaxed))
    condition = sql.SQL(" AND ").join(
        sql.SQL("{} IS NOT NULL").format(sql.Identifier(name)) for name in relaxed.columns
    )
    session.execute(
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({}) NOT VALID").format(
            relaxed.identifier, sql.Identifier(_CHECK), condition
        )
    )
    session.execute(
        sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}").format(
            relaxed.identifier, sql.Identifier(_CHECK)
        )
    )


def _drop_check(relaxed: Relaxed) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}").format(
        relaxed.identifier, sql.Identifier(_CHECK)
    )


def _alter(relaxed: Relaxed, action: str, columns: Sequence[str]) -> sql.Composed:
    actions = sql.SQL(", ").join(sql.SQL(action).format(sql.Identifier(name)) for name in columns)
    return sql.SQL("ALTER TABLE {} {}").format(relaxed.identifier, actions)


def _count_nulls(session: Session, relaxed: Relaxed) -> list[NullsFound]:
    row = session.execute(
        sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(
                sql.SQL("count(*) FILTER (WHERE {} IS NULL)").format(sql.Identifier(name))
                for name in relaxed.columns
            ),
            relaxed.identifier,
        )
    ).fetchone()
    assert row is not None  # noqa: S101 - aggregates always answer
    table = f"{relaxed.schema}.{relaxed.table}"
    return [
        NullsFound(table, name, count)
        for name, count in zip(relaxed.columns, row, strict=True)
        if count
    ]
