"""Data sources: reading one decrypts its options, as Redash's models do by themselves."""

from __future__ import annotations

from typing import Any

from rehearsal.redash.answers.exchange import Answer, NotFound, Request, as_json
from rehearsal.redash.answers.routes import route
from rehearsal.redash.encryption import decrypt_options
from rehearsal.redash.pool import Connection


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
    paused = _paused(request)
    return as_json(
        [_summary(_opened(row, request.secret_key), row["id"] in paused) for row in rows]
    )


@route("POST", "/api/data_sources/<number>/pause")
def pause_data_source(request: Request, number: int) -> Answer:
    """Its scheduled queries do not run any more; kept in redis, as Redash does."""
    source = data_source(request.connection, number, request.secret_key)
    if request.presence:
        request.presence.pause(number, str((request.body or {}).get("reason") or ""))
    return as_json(_summary(source, True))


@route("DELETE", "/api/data_sources/<number>/pause")
def resume_data_source(request: Request, number: int) -> Answer:
    """Its scheduled queries run again."""
    source = data_source(request.connection, number, request.secret_key)
    if request.presence:
        request.presence.resume(number)
    return as_json(_summary(source, False))


@route("GET", "/api/data_sources/<number>")
def show_data_source(request: Request, number: int) -> Answer:
    """One with its options, passwords hidden."""
    source = data_source(request.connection, number, request.secret_key)
    hidden = {
        name: "--------" if name == "password" else value
        for name, value in source["options"].items()
    }
    return as_json({**_summary(source, number in _paused(request)), "options": hidden})


def _opened(row: dict[str, Any], secret_key: str) -> dict[str, Any]:
    return {**row, "options": decrypt_options(bytes(row["encrypted_options"]), secret_key)}


def _paused(request: Request) -> set[int]:
    return request.presence.paused() if request.presence else set()


def _summary(source: dict[str, Any], paused: bool) -> dict[str, Any]:
    return {
        "id": source["id"],
        "name": source["name"],
        "type": source["type"],
        "syntax": "sql",
        "paused": int(paused),
        "view_only": False,
    }
