"""Executions: a result is stored, and the query points to it."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

from rehearsal.redash.answers.data_sources import data_source
from rehearsal.redash.answers.exchange import Answer, NotFound, Request, as_json
from rehearsal.redash.answers.queries import query_hash, query_row
from rehearsal.redash.answers.routes import route
from rehearsal.redash.answers.rows import insert
from rehearsal.redash.pool import Connection

QUEUED = 1
_LARGEST = 2**31 - 1
SUCCESS = 3
"""Status of a finished job; 4 would be a failed one."""


def execute(
    connection: Connection, secret_key: str, *, source: int, text: str, number: int | None
) -> int:
    """Run a text: one INSERT into query_results, two UPDATEs of the query if there is one.

    Neither updated_at nor version of the query change. Returns the result's id; NotFound when the
    query does not exist.
    """
    origin = data_source(connection, source, secret_key)
    result = insert(
        connection,
        "query_results",
        {"org_id": origin["org_id"], "data_source_id": source, "query_hash": query_hash(text),
         "query": text, "data": _result_of(text), "runtime": round(random.random(), 4),
         "retrieved_at": "now"},
    )  # fmt: skip
    if number is not None:
        updated = connection.execute(
            "UPDATE queries SET latest_query_data_id = %s WHERE id = %s", [result, number]
        )
        if not updated.rowcount:
            raise NotFound
        connection.execute("UPDATE queries SET schedule_failures = 0 WHERE id = %s", [number])
    return result


def _result_of(text: str) -> str:
    rows = [{"番号": place, "値": random.randrange(10**6), "文": text[:80]} for place in range(20)]
    columns = [{"name": name, "friendly_name": name, "type": "string"} for name in rows[0]]
    return json.dumps({"columns": columns, "rows": rows}, ensure_ascii=False)


@route("POST", "/api/query_results")
def request_result(request: Request) -> Answer:
    """Execute at once, and answer as if a worker had been asked; where none serves the data
    source's queue, the job waits for ever."""
    number = request.fields().get("query_id")
    source = data_source(
        request.connection, int(request.required("data_source_id")), request.secret_key
    )
    if request.presence and source["queue_name"] not in request.presence.served():
        return as_json({"job": _waiting(str(uuid.uuid4()))})
    result = execute(
        request.connection,
        request.secret_key,
        source=int(source["id"]),
        text=str(request.required("query")),
        number=number if isinstance(number, int) else None,
    )
    return as_json({"job": _job(result)})


@route("GET", "/api/jobs/<name>")
def show_job(request: Request, job: str) -> Answer:
    """Status 3 with the result's id, which the job's id holds: any task can answer."""
    try:
        result = uuid.UUID(job).int
    except ValueError:
        raise NotFound from None
    if result > _LARGEST:  # a result's id is no larger
        return as_json({"job": _waiting(job)})
    row = request.connection.execute(
        "SELECT id FROM query_results WHERE id = %s", [result]
    ).fetchone()
    if row is None:
        raise NotFound
    return as_json({"job": _job(row["id"])})


@route("GET", "/api/queries/<number>/results")
@route("GET", "/api/queries/<number>/results.json")
def show_results(request: Request, number: int) -> Answer:
    """The latest result of a query; a result cut short is no JSON, hence a 500."""
    query = query_row(request.connection, number)
    if query["data_source_id"] is not None:
        data_source(request.connection, query["data_source_id"], request.secret_key)
    row = request.connection.execute(
        "SELECT * FROM query_results WHERE id = %s", [query["latest_query_data_id"]]
    ).fetchone()
    if row is None:
        raise NotFound
    return as_json({"query_result": {**row, "data": json.loads(row["data"] or "null")}})


def _waiting(job: str) -> dict[str, Any]:
    return {"id": job, "updated_at": 0, "status": QUEUED, "error": "", "result": None,
            "query_result_id": None}  # fmt: skip


def _job(result: int) -> dict[str, Any]:
    job = str(uuid.UUID(int=result))
    return {"id": job, "updated_at": 0, "status": SUCCESS, "error": "", "result": result,
            "query_result_id": result}  # fmt: skip
