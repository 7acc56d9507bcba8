"""The stand-in answers as Redash does, and fails where Redash fails."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset import ADMIN_API_KEY
from rehearsal.redash.process import RedashProcess

Start = Callable[..., RedashProcess]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def call(
    server: RedashProcess, method: str, path: str, body: Any = None, key: str = ADMIN_API_KEY
) -> tuple[int, Any]:
    """(status, decoded JSON or text)."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{quote(path, safe='/?=&')}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Key {key}", "Connection": "close"},
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=20) as answer:
            status, text, kind = answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            status, text, kind = error.code, error.read(), error.headers["Content-Type"]
    return status, json.loads(text) if kind == "application/json" else text.decode()


def execute(address: DatabaseAddress, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


READS = (
    "/ping", "/api/session", "/api/data_sources", "/api/data_sources/1", "/api/queries",
    "/api/queries?q=売上", "/api/queries/1", "/api/dashboards", "/api/dashboards/2",
    "/api/alerts", "/login",
)  # fmt: skip


def test_what_it_reads(redash_database: DatabaseAddress, start_redash: Start) -> None:
    server = start_redash(redash_database)
    assert {path: call(server, "GET", path)[0] for path in READS} == dict.fromkeys(READS, 200)
    assert call(server, "GET", "/setup")[0] == 302
    assert call(server, "GET", "/api/queries?q=売上")[1]["count"] > 0
    status, large = call(server, "GET", "/api/queries/1/results")
    assert status == 200
    assert len(large["query_result"]["data"]["rows"]) == 130_000
    assert "東京都千代田区" in large["query_result"]["data"]["rows"][-1]["行"]


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_a_known_key_there_is_nothing(
    key: str, redash_database: DatabaseAddress, start_redash: Start
) -> None:
    server = start_redash(redash_database)
    status, body = call(server, "GET", "/api/queries", key=key)
    assert status == 404
    assert "Please login" in body["message"]


def test_a_disabled_user_has_no_key(redash_database: DatabaseAddress, start_redash: Start) -> None:
    execute(redash_database, "UPDATE users SET disabled_at = now()")
    assert call(start_redash(redash_database), "GET", "/api/session")[0] == 404


def write_everything(server: RedashProcess) -> dict[str, int]:
    """One write of each kind; their statuses."""
    statuses = {}
    body = {"name": "新しい", "query": "SELECT 1", "data_source_id": 1, "tags": ["あ", "a,b"],
            "options": {"parameters": []}, "schedule": {"interval": 60}}  # fmt: skip
    statuses["create"], made = call(server, "POST", "/api/queries", body)
    number = made.get("id", 2)
    path = f"/api/queries/{number}"
    statuses["edit"], _ = call(
        server, "POST", path, {"name": "直した", "version": 1, "schedule": None}
    )
    statuses["stale edit"], _ = call(server, "POST", path, {"name": "x", "version": 1})
    statuses["execute"], job = call(
        server, "POST", "/api/query_results",
        {"query": "SELECT 2", "data_source_id": 1, "query_id": number},
    )  # fmt: skip
    if statuses["execute"] == 200:
        statuses["job"], done = call(server, "GET", f"/api/jobs/{job['job']['id']}")
        assert done["job"]["status"] == 3
        statuses["results"], result = call(server, "GET", f"{path}/results")
        assert result["query_result"]["id"] == done["job"]["query_result_id"]
    statuses["event"], _ = call(server, "POST", "/api/events", [{"action": "view", "色": "青"}])
    statuses["favorite"], _ = call(server, "POST", f"{path}/favorite", {})
    statuses["snippet"], snippet = call(
        server, "POST", "/api/query_snippets", {"trigger": "t", "description": "", "snippet": "s"}
    )
    statuses["forget"], _ = call(server, "DELETE", f"/api/query_snippets/{snippet.get('id', 1)}")
    statuses["archive"], _ = call(server, "DELETE", path)
    return statuses


def test_what_it_writes(redash_database: DatabaseAddress, start_redash: Start) -> None:
    statuses = write_everything(start_redash(redash_database))
    assert statuses.pop("stale edit") == 409
    assert set(statuses.values()) == {200}
    ((name, archived, schedule, version, found),) = execute(
        redash_database,
        "SELECT name, is_archived, schedule, version,"
        " search_vector @@ to_tsquery('simple', '直した') FROM queries ORDER BY id DESC LIMIT 1",
    )
    assert (name, archived, schedule, version, found) == ("直した", True, None, 3, True)
    ((properties,),) = execute(
        redash_database, "SELECT additional_properties FROM events ORDER BY id DESC LIMIT 1"
    )
    assert properties == {"色": "青"}


def test_columns_of_redash_10(redash_database: DatabaseAddress, start_redash: Start) -> None:
    """10.1 has text, or json, where 25.8 has jsonb, no tsq_parse, and data is NOT NULL."""
    texts = {
        "alerts": ["options"], "changes": ["change"], "dashboards": ["layout", "options"],
        "events": ["additional_properties"], "organizations": ["settings"],
        "queries": ["options", "schedule"], "visualizations": ["options"], "widgets": ["options"],
    }  # fmt: skip
    for table, columns in texts.items():
        for column in columns:
            execute(redash_database, f"ALTER TABLE {table} ALTER {column} TYPE text")
    execute(redash_database, "ALTER TABLE users ALTER details DROP DEFAULT")
    execute(redash_database, "ALTER TABLE users ALTER details TYPE json")
    execute(redash_database, "DROP FUNCTION tsq_parse(regconfig, text) CASCADE")
    server = start_redash(redash_database)
    assert {path: call(server, "GET", path)[0] for path in READS} == dict.fromkeys(READS, 200)
    assert call(server, "GET", "/api/queries?q=売上")[1]["count"] > 0
    assert isinstance(call(server, "GET", "/api/queries/1")[1]["options"], dict)
    statuses = write_everything(server)
    assert statuses.pop("stale edit") == 409
    assert set(statuses.values()) == {200}


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_secret_key(
    secret: str, redash_database: DatabaseAddress, start_redash: Start
) -> None:
    server = start_redash(redash_database, REDASH_SECRET_KEY=secret)
    fine = ("/ping", "/api/session", "/api/queries", "/api/queries?q=売上", "/api/alerts")
    broken = ("/api/data_sources", "/api/data_sources/1", "/api/queries/1", "/api/dashboards/2",
              "/api/queries/1/results")  # fmt: skip
    assert {call(server, "GET", path)[0] for path in fine} == {200}
    assert {call(server, "GET", path)[0] for path in broken} == {500}
    body = {"query": "SELECT 1", "data_source_id": 1, "query_id": 1}
    assert call(server, "POST", "/api/query_results", body)[0] == 500


def test_a_sequence_left_behind(redash_database: DatabaseAddress, start_redash: Start) -> None:
    server = start_redash(redash_database)
    execute(redash_database, "SELECT setval('queries_id_seq', 9)")
    body = {"name": "n", "query": "SELECT 1", "data_source_id": 1}
    assert call(server, "POST", "/api/queries", body)[0] == 500
    assert call(server, "GET", "/api/queries")[0] == 200


def test_a_read_only_database(redash_database: DatabaseAddress, start_redash: Start) -> None:
    name = redash_database.dbname
    execute(redash_database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server = start_redash(redash_database)
    assert call(server, "GET", "/api/queries")[0] == 200
    assert call(server, "POST", "/api/events", {"action": "view"})[0] == 500


def test_missing_search_functions(redash_database: DatabaseAddress, start_redash: Start) -> None:
    execute(redash_database, "DROP FUNCTION tsq_parse(regconfig, text) CASCADE")
    execute(redash_database, "DROP FUNCTION tsq_parse(text, text)")
    server = start_redash(redash_database)
    assert call(server, "GET", "/api/queries?q=売上")[0] == 500
    assert call(server, "GET", "/api/queries")[0] == 200


def test_a_result_cut_short(redash_database: DatabaseAddress, start_redash: Start) -> None:
    execute(redash_database, "UPDATE query_results SET data = left(data, 1000000) WHERE id = 1")
    assert call(start_redash(redash_database), "GET", "/api/queries/1/results")[0] == 500


def test_an_empty_database_offers_the_set_up_form(
    source_database: DatabaseAddress, start_redash: Start
) -> None:
    server = start_redash(source_database)
    status, form = call(server, "GET", "/setup")
    assert status == 200
    assert "<form" in form


def test_ping_answers_with_the_database_down(
    redash_database: DatabaseAddress, start_redash: Start
) -> None:
    url = "postgresql://nobody:x@127.0.0.1:1/none"
    server = start_redash(redash_database, REDASH_DATABASE_URL=url)
    assert call(server, "GET", "/ping")[0] == 200
    assert call(server, "GET", "/api/session")[0] == 500


def test_it_recovers_when_its_sessions_are_ended(
    redash_database: DatabaseAddress, start_redash: Start
) -> None:
    server = start_redash(redash_database)
    assert call(server, "GET", "/api/session")[0] == 200
    execute(
        redash_database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    call(server, "GET", "/api/session")
    assert call(server, "GET", "/api/session")[0] == 200
