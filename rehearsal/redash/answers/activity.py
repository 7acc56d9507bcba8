"""What users do besides queries: events, favorites, snippets."""

from __future__ import annotations

from typing import Any

from rehearsal.redash.answers.exchange import Answer, NotFound, Request, as_json
from rehearsal.redash.answers.queries import query_row
from rehearsal.redash.answers.routes import route
from rehearsal.redash.answers.rows import Document, insert

_COLUMNS = ("action", "object_type", "object_id")


@route("POST", "/api/events")
def record_events(request: Request) -> Answer:
    """One event or a list; what has no column of its own goes to additional_properties."""
    events = request.body if isinstance(request.body, list) else [request.fields()]
    for event in events:
        extra = {name: value for name, value in event.items() if name not in _COLUMNS}
        values: dict[str, Any] = {name: str(event.get(name, "")) for name in _COLUMNS}
        values |= {"org_id": request.user.org_id, "user_id": request.user.id}
        values |= {"additional_properties": Document(extra), "created_at": "now"}
        insert(request.connection, "events", values)
    return as_json(None)


@route("POST", "/api/queries/<number>/favorite")
def add_favorite(request: Request, number: int) -> Answer:
    """Mark a query; a second time changes nothing."""
    query_row(request.connection, number)
    request.connection.execute(
        "INSERT INTO favorites (updated_at, created_at, org_id, object_type, object_id, user_id)"
        " VALUES (now(), now(), %s, 'Query', %s, %s) ON CONFLICT DO NOTHING",
        [request.user.org_id, number, request.user.id],
    )
    return as_json(None)


@route("DELETE", "/api/queries/<number>/favorite")
def remove_favorite(request: Request, number: int) -> Answer:
    """Take the mark away: the row is deleted."""
    request.connection.execute(
        "DELETE FROM favorites WHERE object_type = 'Query' AND object_id = %s AND user_id = %s",
        [number, request.user.id],
    )
    return as_json(None)


@route("POST", "/api/query_snippets")
def create_snippet(request: Request) -> Answer:
    """A piece of SQL under a name that is unique."""
    values = {name: str(request.required(name)) for name in ("trigger", "description", "snippet")}
    times = {"updated_at": "now", "created_at": "now"}
    owner = {"org_id": request.user.org_id, "user_id": request.user.id}
    number = insert(request.connection, "query_snippets", {**values, **times, **owner})
    return as_json({"id": number, **values})


@route("DELETE", "/api/query_snippets/<number>")
def delete_snippet(request: Request, number: int) -> Answer:
    """The row is deleted; 404 if it was not there."""
    gone = request.connection.execute("DELETE FROM query_snippets WHERE id = %s", [number])
    if not gone.rowcount:
        raise NotFound
    return as_json(None)
