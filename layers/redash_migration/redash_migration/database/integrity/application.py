"""What the application role will find: its sessions' settings, the schema version, text search."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import errors, sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.shape import TableShape
from redash_migration.failure_text import words
from redash_migration.record.checks import Check

SAMPLE_ROWS = 20


def check_alembic(source: Session, target: Session, tables: Sequence[tuple[str, str]]) -> Check:
    """alembic_version holds one row, the source's; PASS where there is no such table."""
    identifier = "integrity.alembic_version"
    named = [table for table in tables if table[1] == "alembic_version"]
    if not named:
        return Check(identifier, "PASS", "no alembic_version table")
    query = sql.SQL("SELECT version_num FROM {} ORDER BY 1").format(sql.Identifier(*named[0]))
    there, here = ([row[0] for row in side.execute(query)] for side in (source, target))
    if here == there and len(here) == 1:
        return Check(identifier, "PASS", f"one row, {here[0]}")
    return Check(
        identifier,
        "FAIL",
        f"the source holds {', '.join(there) or 'none'}, the target {', '.join(here) or 'none'}",
        "exactly one row is right: mend the source's alembic_version and start again",
    )


def check_text_search(
    target: psycopg.Connection[tuple[object, ...]], shape: TableShape, column: str, nulls: int
) -> Check:
    """Whether a tsvector column that a trigger keeps is filled, and as the trigger would fill it.

    `nulls` counts the source's NULLs. Some rows are updated without a change, the trigger's value
    is compared with the one that stood there, and the transaction is rolled back.
    """
    identifier = f"integrity.search_vector.{shape.qualified_name}.{column}"
    remedy = f"afterwards, let the trigger of {shape.qualified_name} fire: SET its key to itself"
    here = count_nulls(target, shape, column)
    if here > nulls:
        return Check(
            identifier, "FAIL", f"NULL in {here} rows, on the source in {nulls}", "restore again"
        )
    try:
        sampled, stale = _touch(target, shape, column)
    except psycopg.OperationalError:
        raise
    except (errors.RaiseException, errors.FeatureNotSupported) as error:
        # Words of a user's own trigger, or of a rule: the same on the source.
        refusing = isinstance(error, errors.RaiseException)
        return Check(
            identifier,
            "WARN",
            "not tried: "
            + (
                "a trigger refuses the change"
                if refusing
                else "rules make an UPDATE something else"
            ),
            f"see that a change of {shape.qualified_name} still reaches the column",
        )
    except psycopg.Error as error:
        if _old_row_breaks_check(target, shape, error):
            return Check(
                identifier,
                "WARN",
                "not tried: rows looked at break"
                f" {error.diag.constraint_name or error.diag.column_name}, as on the source",
                "Mend the rows, and VALIDATE the constraint.",
            )
        return Check(
            identifier,
            "FAIL",
            f"its trigger fails on the target: {words(error)}",
            "make the trigger's function work on the target; searches depend on it",
        )
    if here or stale:
        return Check(
            identifier,
            "WARN",
            f"as on the source, where {here} rows hold NULL and {stale} of {sampled} looked at"
            " differ from what the trigger makes",
            remedy,
        )
    return Check(identifier, "PASS", f"{sampled} rows looked at are as the trigger makes them")


def count_nulls(
    session: psycopg.Connection[tuple[object, ...]], shape: TableShape, column: str
) -> int:
    """Rows of a table with NULL in a column."""
    row = session.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE {} IS NULL").format(
            shape.only, sql.Identifier(column)
        )
    ).fetchone()
    return int(str(row[0])) if row else 0


def _old_row_breaks_check(
    target: psycopg.Connection[tuple[object, ...]], shape: TableShape, error: psycopg.Error
) -> bool:
    """Whether an update failed by a constraint that old rows need not keep (NOT VALID); one of
    NOT NULL, from PostgreSQL 18 on, is told by its column."""
    row = target.execute(
        "SELECT bool_or(NOT k.convalidated) FROM pg_catalog.pg_constraint k"
        " LEFT JOIN pg_catalog.pg_attribute a"
        " ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND k.contype = 'n'"
        " WHERE (k.conname = %(name)s OR a.attname = %(column)s)"
        " AND k.conrelid IN (0, %(table)s::text::regclass)",
        {
            "name": error.diag.constraint_name,
            "column": error.diag.column_name,
            "table": shape.identifier.as_string(target),
        },
    ).fetchone()
    return bool(row and row[0])


def _touch(
    target: psycopg.Connection[tuple[object, ...]], shape: TableShape, column: str
) -> tuple[int, int]:
    """Rows updated in place, and those of them that the trigger made differ; rolled back."""
    keys = sql.SQL(", ").join(sql.Identifier(name) for name in shape.key)
    places = [sql.Identifier(f"k{place}") for place in range(len(shape.key))]
    query = sql.SQL(
        "WITH sample ({places}, before) AS (SELECT {keys}, {column} FROM {table}"
        " ORDER BY {keys} DESC LIMIT {rows}) UPDATE {table} t SET {all} FROM sample s WHERE {same}"
        " RETURNING t.{column} IS DISTINCT FROM s.before"
    ).format(
        places=sql.SQL(", ").join(places),
        keys=keys,
        column=sql.Identifier(column),
        table=shape.only,
        rows=sql.Literal(SAMPLE_ROWS),
        # All of them: a trigger may be one for UPDATE OF some column.
        all=sql.SQL(", ").join(
            sql.SQL("{0} = t.{0}").format(sql.Identifier(each.name))
            for each in shape.columns
            if each.updatable
        ),
        same=sql.SQL(" AND ").join(
            sql.SQL("t.{} = s.{}").format(sql.Identifier(name), place)
            for name, place in zip(shape.key, places, strict=True)
        ),
    )
    found: list[bool] = []
    with target.transaction(force_rollback=True):
        found = [bool(row[0]) for row in target.execute(query)]
    return len(found), sum(found)
