"""Queries: found, read, made, edited, archived."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from psycopg import sql

from rehearsal.redash.answers.data_sources import data_source
from rehearsal.redash.answers.exchange import Answer, NotFound, Refused, Request, as_json
from rehearsal.redash.answers.routes import route
from rehearsal.redash.answers.rows import Document, decoded, insert, update
from rehearsal.redash.answers.search import matching
from rehearsal.redash.pool import Connection

EDITABLE = ("name", "description", "query", "data_source_id", "is_draft", "tags")
EDITABLE_DOCUMENTS = ("schedule", "options")


def query_hash(text: str) -> str:
    """What ties a query to its results."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def query_row(connection: Connection, number: int, *, lock: bool = False) -> dict[str, Any]:
    """The row of a query; NotFound."""
    ending = " FOR UPDATE" if lock else ""
    row = connection.execute(
        f"SELECT * FROM queries WHERE id = %s{ending}",  # noqa: S608 - a constant
        [number],
    ).fetchone()
    if row is None:
        raise NotFound
    return row


@route("GET", "/api/queries")
def list_queries(request: Request) -> Answer:
    """A page of the queries that are not archived; ``q`` searches their text."""
    size = min(int(request.query.get("page_size", "25")), 250)
    page = int(request.query.get("page", "1"))
    condition, parameters = matching(request.connection, request.query.get("q", ""))
    found = sql.SQL("FROM queries WHERE org_id = %(org)s AND NOT is_archived AND {}").format(
        condition
    )
    chosen = {**parameters, "org": request.user.org_id, "size": size, "start": (page - 1) * size}
    rows = request.connection.execute(
        sql.SQL(
            "SELECT id, name, description, query, tags, data_source_id, latest_query_data_id,"
            " version, is_archived, is_draft, updated_at, created_at {}"
            " ORDER BY id DESC LIMIT %(size)s OFFSET %(start)s"
        ).format(found),
        chosen,
    ).fetchall()
    counted = request.connection.execute(
        sql.SQL("SELECT count(*) AS count {}").format(found), chosen
    ).fetchone()
    count = counted["count"] if counted else 0
    return as_json({"count": count, "page": page, "page_size": size, "results": rows})


@route("POST", "/api/queries")
def create_query(request: Request) -> Answer:
    """A new query with its table visualization and a line in the change history."""
    text = str(request.required("query"))
    values = {
        "updated_at": "now", "created_at": "now", "version": 1,
        "org_id": request.user.org_id,
        "data_source_id": request.fields().get("data_source_id"),
        "name": str(request.required("name")),
        "description": request.fields().get("description"),
        "query": text, "query_hash": query_hash(text), "api_key": secrets.token_hex(20),
        "user_id": request.user.id, "last_modified_by_id": request.user.id,
        "is_archived": False, "is_draft": True, "schedule_failures": 0,
        "options": Document(request.fields().get("options") or {}),
        "tags": request.fields().get("tags"),
    }  # fmt: skip
    schedule = request.fields().get("schedule")
    if schedule is not None:
        values["schedule"] = Document(schedule)
    number = insert(request.connection, "queries", values)
    insert(
        request.connection,
        "visualizations",
        {"updated_at": "now", "created_at": "now", "type": "TABLE", "query_id": number,
         "name": "Table", "description": "", "options": Document()},
    )  # fmt: skip
    _record_change(request, number, 1, {"name": {"previous": None, "current": values["name"]}})
    return as_json(_full(request, number))


@route("GET", "/api/queries/<number>")
def show_query(request: Request, number: int) -> Answer:
    """A query with its visualizations; decrypts its data source."""
    return as_json(_full(request, number))


@route("POST", "/api/queries/<number>")
def edit_query(request: Request, number: int) -> Answer:
    """Change some fields; 409 if ``version`` is given and no longer the query's."""
    before = query_row(request.connection, number, lock=True)
    fields = request.fields()
    if fields.get("version", before["version"]) != before["version"]:
        raise Refused(409, "the query was changed by somebody else")
    values = {name: fields[name] for name in EDITABLE if name in fields}
    for name in EDITABLE_DOCUMENTS:
        if name in fields:
            values[name] = None if fields[name] is None else Document(fields[name])
    if "query" in values:
        values["query_hash"] = query_hash(values["query"])
    values |= {
        "version": before["version"] + 1,
        "updated_at": "now",
        "last_modified_by_id": request.user.id,
    }
    update(request.connection, "queries", number, values)
    _record_change(
        request,
        number,
        values["version"],
        {name: {"previous": decoded_or_none(before[name]), "current": fields[name]}
         for name in fields if name in EDITABLE},
    )  # fmt: skip
    return as_json(_full(request, number))


@route("DELETE", "/api/queries/<number>")
def archive_query(request: Request, number: int) -> Answer:
    """Archive: off the lists, no schedule, its widgets and alerts deleted."""
    before = query_row(request.connection, number, lock=True)
    for statement in (
        "DELETE FROM widgets WHERE visualization_id IN"
        " (SELECT id FROM visualizations WHERE query_id = %s)",
        "DELETE FROM alert_subscriptions WHERE alert_id IN"
        " (SELECT id FROM alerts WHERE query_id = %s)",
        "DELETE FROM alerts WHERE query_id = %s",
    ):
        request.connection.execute(statement, [number])
    values = {"is_archived": True, "schedule": None, "version": before["version"] + 1}
    update(request.connection, "queries", number, {**values, "updated_at": "now"})
    _record_change(request, number, before["version"] + 1, {"is_archived": {"current": True}})
    return as_json(None)


def decoded_or_none(value: Any) -> Any:
    """A value as it goes into the change history."""
    return value if value is None or isinstance(value, str | int | list) else decoded(value)


def _record_change(request: Request, number: int, version: int, change: dict[str, Any]) -> None:
    insert(
        request.connection,
        "changes",
        {"object_type": "Query", "object_id": number, "object_version": version,
         "user_id": request.user.id, "change": Document(change), "created_at": "now"},
    )  # fmt: skip


def _full(request: Request, number: int) -> dict[str, Any]:
    row = query_row(request.connection, number)
    if row["data_source_id"] is not None:
        data_source(request.connection, row["data_source_id"], request.secret_key)
    visualizations = request.connection.execute(
        "SELECT id, type, name, description, options FROM visualizations"
        " WHERE query_id = %s ORDER BY id",
        [number],
    ).fetchall()
    shown = {name: value for name, value in row.items() if name != "search_vector"}
    for name in EDITABLE_DOCUMENTS:
        shown[name] = decoded(shown[name])
    for visualization in visualizations:
        visualization["options"] = decoded(visualization["options"])
    return {**shown, "visualizations": visualizations, "can_edit": True}
