"""TargetTablePrepMode: what happens to the target's tables before the load.

AWS DMS User Guide, "Full-load task settings". DROP_AND_CREATE makes columns and primary key only:
defaults, sequences, secondary indexes, foreign keys and triggers are gone afterwards.
"""

from __future__ import annotations

from collections.abc import Collection

import psycopg
from psycopg import sql

from rehearsal.dms.databases.catalog import Table


def prepare_tables(connection: psycopg.Connection, mode: str, tables: Collection[Table]) -> None:
    """DO_NOTHING, TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE."""
    if mode == "DO_NOTHING" or not tables:
        return
    if mode == "TRUNCATE_BEFORE_LOAD":
        listed = sql.SQL(", ").join(sql.Identifier(*table.name) for table in tables)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(listed))
        return
    for table in tables:
        name = sql.Identifier(*table.name)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(name))
        connection.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(table.name[0]))
        )
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, _definition(table)))


def _definition(table: Table) -> sql.Composed:
    parts: list[sql.Composable] = [
        sql.SQL("{} {}").format(
            sql.Identifier(column.name),
            sql.SQL(column.type),  # as format_type wrote it
        )
        for column in table.columns
    ]
    if table.key:
        key = sql.SQL(", ").join(sql.Identifier(column) for column in table.key)
        parts.append(sql.SQL("PRIMARY KEY ({})").format(key))
    return sql.SQL(", ").join(parts)
