"""Writing rows whatever the release: JSON columns are jsonb in 25.8, text or json in 10.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from rehearsal.redash.pool import Connection


class Document(dict[str, Any]):
    """A value for a column that holds JSON, in whichever type."""


def decoded(value: Any) -> Any:
    """A JSON column's value: the driver decodes json and jsonb, but not text."""
    return json.loads(value) if isinstance(value, str) else value


def insert(connection: Connection, table: str, values: Mapping[str, Any]) -> int:
    """Insert a row and return its id, as the sequence gave it."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(_placeholder(name, value) for name, value in values.items()),
    )
    row = connection.execute(statement, _parameters(values)).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives one row
    return int(row["id"])


def update(connection: Connection, table: str, number: int, values: Mapping[str, Any]) -> int:
    """Update the row of that id; the number of rows it changed."""
    statement = sql.SQL("UPDATE {} SET {} WHERE id = %(_id)s").format(
        sql.Identifier(table),
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), _placeholder(name, value))
            for name, value in values.items()
        ),
    )
    return connection.execute(statement, {**_parameters(values), "_id": number}).rowcount


def _placeholder(name: str, value: object) -> sql.Composable:
    # json is assigned to columns of all three types by itself.
    cast = "CAST({} AS json)" if isinstance(value, Document) else "{}"
    return sql.SQL(cast).format(sql.Placeholder(name))


def _parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, Document) else value
        for name, value in values.items()
    }
