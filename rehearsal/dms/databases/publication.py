"""The publications of a task, on the source.

A table whose updates and deletes can't be identified gets a publication of its inserts alone: to
publish more would make the application's own UPDATE and DELETE fail (PostgreSQL documentation,
"Publication"). DMS ignores such changes as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

import psycopg
from psycopg import sql

from rehearsal.dms.databases.catalog import Table
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.names import Names


def publish(connection: psycopg.Connection, names: Names, tables: Sequence[Table]) -> None:
    """Publish exactly these tables."""
    identified = [table.name for table in tables if table.identified]
    others = [table.name for table in tables if not table.identified]
    _create(connection, names.publication, identified, "insert, update, delete")
    _create(connection, names.publication_of_inserts, others, "insert")


def take_in(connection: psycopg.Connection, names: Names, table: Table) -> None:
    """Publish one table more."""
    publication = names.publication if table.identified else names.publication_of_inserts
    connection.execute(
        sql.SQL("ALTER PUBLICATION {} ADD TABLE {}").format(
            sql.Identifier(publication), sql.Identifier(*table.name)
        )
    )


def leave_out(connection: psycopg.Connection, names: Names, table: TableName) -> None:
    """Publish one table no more."""
    for publication in (names.publication, names.publication_of_inserts):
        with suppress(psycopg.errors.UndefinedObject):
            connection.execute(
                sql.SQL("ALTER PUBLICATION {} DROP TABLE {}").format(
                    sql.Identifier(publication), sql.Identifier(*table)
                )
            )


def unpublish(connection: psycopg.Connection, names: Names) -> None:
    """Drop the publications."""
    for publication in (names.publication, names.publication_of_inserts):
        connection.execute(
            sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(publication))
        )


def _create(
    connection: psycopg.Connection, name: str, tables: Iterable[TableName], changes: str
) -> None:
    listed = [sql.Identifier(*table) for table in tables]
    statement = sql.SQL("CREATE PUBLICATION {} ").format(sql.Identifier(name))
    if listed:
        statement += sql.SQL("FOR TABLE {} ").format(sql.SQL(", ").join(listed))
    connection.execute(statement + sql.SQL("WITH (publish = {})").format(sql.Literal(changes)))
