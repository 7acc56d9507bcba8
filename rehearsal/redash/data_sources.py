"""Data sources: reading one decrypts its options, as Redash's models do by themselves."""

from __future__ import annotations

from typing import Any

from rehearsal.redash.encryption import decrypt_options
from rehearsal.redash.exchange import Answer, NotFound, Request, as_json
from rehearsal.redash.pool import Connection
from rehearsal.redash.routes import route


def data_source(connection: Connection, number: int, secret_key: str) -> dict[str, Any]:
    """A data source with its options; NotFound, or WrongSecretKey."""
    row = connection.execute("SELECT * FROM data_sources WHERE id = %s", [number]).fetchone()
    if row is None:
        raise NotFound
    return _opened(row, secret_key)


@route("GET", "/api/data_sources")
def list_data_sources(request: Request) -> Answer:
    """All of them, each decrypted."""
    rows = request.connection.execute(
        "SELECT * FROM data_sources WHERE org_id = %s ORDER BY id", [request.user.org_id]
    ).fetchall()
    return as_json([_summary(_opened(row, request.secret_key)) for row in rows])


@route("GET", "/api/data_sources/<number>")
def show_data_source(request: Request, number: int) -> Answer:
    """One with its options, passwords hidden."""
    source = data_source(request.connection, number, request.secret_key)
    hidden = {
        name: "--------" if name == "password" else value
        for name, value in source["options"].items()
    }
    return as_json({**_summary(source), "options": hidden})


def _opened(row: dict[str, Any], secret_key: str) -> dict[str, Any]:
    return {**row, "options": decrypt_options(bytes(row["encrypted_options"]), secret_key)}


def _summary(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": source["id"],
        "name": source["name"],
        "type": source["type"],
        "syntax": "sql",
        "paused": 0,
        "view_only": False,
    }
