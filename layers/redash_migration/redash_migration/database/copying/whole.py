"""A range of a table carried over in full."""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.copying.stream import Streamed, stream
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.key_range import KeyRange
from redash_migration.database.tables.shape import ShapeColumn, TableShape


def column_list(columns: tuple[ShapeColumn, ...], alias: str = "") -> sql.Composable:
    """Column names for a statement, with a table's alias in front where one is given."""
    return sql.SQL(", ").join(
        sql.Identifier(alias, column.name) if alias else sql.Identifier(column.name)
        for column in columns
    )


def copy_out(shape: TableShape, part: KeyRange) -> sql.Composed:
    """COPY ... TO STDOUT of the rows of a range."""
    form = sql.SQL(shape.copy_format)
    if part.whole:
        return sql.SQL("COPY {}{} TO STDOUT (FORMAT {})").format(
            shape.identifier, _columns(shape), form
        )
    return sql.SQL("COPY (SELECT {} FROM {} t WHERE {}) TO STDOUT (FORMAT {})").format(
        column_list(shape.written_columns, "t"), shape.only, part.condition(shape), form
    )


def _columns(shape: TableShape) -> sql.Composable:
    """The list of what is copied; none where nothing is, since COPY takes no empty list."""
    if not shape.written_columns:
        return sql.SQL("")
    return sql.SQL(" ({})").format(column_list(shape.written_columns))


def copy_in(shape: TableShape) -> sql.Composed:
    """COPY ... FROM STDIN into the table."""
    return sql.SQL("COPY {}{} FROM STDIN (FORMAT {})").format(
        shape.identifier,
        _columns(shape),
        sql.SQL(shape.copy_format),
    )


def carry_whole(source: Session, target: Session, shape: TableShape, part: KeyRange) -> Streamed:
    """Replace the rows of a range on the target by the source's; the caller's transaction."""
    target.execute(sql.SQL("DELETE FROM {} t WHERE {}").format(shape.only, part.condition(shape)))
    return stream(source, copy_out(shape, part), target, copy_in(shape))
