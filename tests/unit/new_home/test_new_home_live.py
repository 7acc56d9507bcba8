"""LiveCheck: queues, jobs and heartbeat as an administrator sees them; paused data sources."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from redash_migration.record import Check, Record
from redash_migration.traffic.administrator import Administrator, Neighbour
from redash_migration.traffic.live.checks import PATIENCE_SECONDS
from redash_migration.traffic.live.look import HARMLESS, look_live
from redash_migration.traffic.paused import note_paused, pause_alike, paused_sources

QUEUES = ["queries", "scheduled_queries", "schemas", "periodic", "emails", "default"]
WHO = Administrator(
    "key",
    (),
    2,
    ("queries", "scheduled_queries", "heavy"),
    {"queries": (1,), "heavy": (9, 2)},
    frozenset({1, 2}),
)
NOW = 1_790_000_000.0


@dataclass
class Redash:
    """A server that says what it is told to, as Redash's administrators would see it."""

    workers: list[str] = field(default_factory=lambda: [", ".join(QUEUES), "heavy"])
    refreshed: str = str(NOW - 20)
    job: int = 3
    admin: int = 200
    pause: int = 200
    paused: tuple[int, ...] = ()
    prefix: str = ""
    without_driver: tuple[int, ...] = (9,)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    port: int = 0

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append((f"{method} {path}", body))
        if path in {"/status.json", "/api/admin/queries/rq_status"}:
            workers = [{"name": "w", "queues": one} for one in self.workers]
            return self.admin, {"manager": {"last_refresh_at": self.refreshed}, "workers": workers}
        if not path.startswith(self.prefix):
            return 404, {}
        path = path.removeprefix(self.prefix)
        if path == "/api/session":
            return 200, {"user": {"permissions": ["admin", "super_admin"]}}
        if method == "POST" and path == "/api/query_results":
            number = body["data_source_id"]
            job = {"id": f"job-{number}", "status": 1}
            return (500, {}) if number in self.without_driver else (200, {"job": job})
        if path.startswith("/api/jobs/"):
            return 200, {"job": {"id": "x", "status": self.job, "error": "password=hunter2"}}
        return self._data_sources(path)

    def _data_sources(self, path: str) -> tuple[int, Any]:
        if path == "/api/data_sources":
            return 200, [{"id": n, "paused": int(n in self.paused)} for n in (1, 3, 8, 9)]
        return (self.pause, {}) if path.endswith("/pause") else (404, {})


@pytest.fixture
def start() -> Iterator[Callable[..., Redash]]:
    servers: list[ThreadingHTTPServer] = []

    def begin(**told: Any) -> Redash:
        redash = Redash(**told)

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, said = redash.answer(self.command, self.path, body)
                content = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                return None

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        servers.append(server)
        redash.port = server.server_address[1]
        return redash

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def look(
    redash: Redash, who: Administrator = WHO, answering: tuple[int, ...] = (1, 2)
) -> list[Check]:
    """The checks; its clock goes on by half the patience with each look."""
    seconds = itertools.count()
    return look_live(
        "127.0.0.1",
        redash.port,
        who,
        answering,
        now=lambda: NOW + next(seconds) * PATIENCE_SECONDS / 20,
        sleep=lambda _: None,
    )


def test_a_home_at_work_passes_and_each_queue_was_asked(start: Callable[..., Redash]) -> None:
    redash = start()
    checks = look(redash)
    assert {check.id: check.status for check in checks} == {
        "live.queues": "PASS",
        "live.jobs": "PASS",
        "live.scheduler": "PASS",
    }
    sent = [body for path, body in redash.asked if path == "POST /api/query_results"]
    assert sorted(body["data_source_id"] for body in sent) == [1, 2, 9]
    assert {body["query"] for body in sent} == {HARMLESS}


@pytest.mark.parametrize(
    ("told", "expected", "words"),
    [
        ({"workers": [", ".join(QUEUES)]}, {"live.queues": "FAIL"}, "no worker serves heavy"),
        ({"workers": ["queries,heavy"]}, {"live.queues": "FAIL"}, "scheduled_queries"),
        ({"job": 1}, {"live.jobs": "FAIL"}, "through heavy, queries has not run"),
        ({"without_driver": (2, 9)}, {"live.jobs": "WARN"}, "no data source of heavy takes"),
        ({"job": 4}, {"live.jobs": "WARN"}, "data source 2 through heavy"),
        ({"refreshed": ""}, {"live.scheduler": "FAIL"}, "none"),
        ({"refreshed": str(NOW - 3600)}, {"live.scheduler": "FAIL"}, "36"),
        ({"admin": 403}, {"live.queues": "WARN", "live.scheduler": "WARN"}, "API key"),
    ],
)
def test_what_does_not_work_is_named(
    told: dict[str, Any], expected: dict[str, str], words: str, start: Callable[..., Redash]
) -> None:
    checks = look(start(**told))
    assert {check.id: check.status for check in checks if check.status != "PASS"} == expected
    said = " ".join(check.detail for check in checks if check.status != "PASS")
    assert words in said
    assert "hunter2" not in said, "a job's message may hold contents"


def test_a_data_source_that_never_answered_proves_its_queue(start: Callable[..., Redash]) -> None:
    checks = look(start(job=4), answering=())
    assert {check.status for check in checks} == {"PASS"}


def test_organizations_with_paths_of_their_own(start: Callable[..., Redash]) -> None:
    redash = start(prefix="/main")
    who = Administrator("key", ("main",), 1, ("queries",), {"queries": (1,)})
    assert {check.status for check in look(redash, who)} == {"PASS"}


def test_without_a_key_nothing_passes(start: Callable[..., Redash]) -> None:
    assert [check.status for check in look(start(), Administrator())] == ["WARN"]


@pytest.mark.parametrize(
    ("told", "wanted", "expected", "asked"),
    [
        ({}, [], [], []),
        ({}, [3, 8], ["PASS"], ["POST 3", "POST 8"]),
        ({"paused": (3,)}, [3, 8], ["PASS"], ["POST 8"]),
        ({"paused": (3, 9)}, [3], ["PASS"], ["DELETE 9"]),
        ({"paused": (9,)}, [], ["PASS"], ["DELETE 9"]),
        ({"pause": 500}, [3], ["FAIL"], ["POST 3"]),
        ({"pause": 500}, [2], ["WARN"], ["POST 2"]),  # not listed: its runner is missing here
        ({"pause": 404}, [3], ["WARN"], ["POST 3"]),
        ({"paused": (9,)}, None, ["WARN"], []),
    ],
)
def test_data_sources_are_paused_as_in_the_other_home(
    told: dict[str, Any],
    wanted: list[int] | None,
    expected: list[str],
    asked: list[str],
    start: Callable[..., Redash],
) -> None:
    redash = start(**told)
    checks = pause_alike("127.0.0.1", redash.port, WHO, wanted)
    assert [check.status for check in checks] == expected
    changed = [path for path, _ in redash.asked if path.endswith("/pause")]
    assert changed == [
        "{} /api/data_sources/{}/pause".format(*one.split(maxsplit=1)) for one in asked
    ]


def test_another_organization_s_is_paused_by_its_own_administrator(
    start: Callable[..., Redash],
) -> None:
    """Redash finds a data source in the organization of whoever asks, and in no other."""
    redash = start(prefix="/other")
    [alone] = pause_alike("127.0.0.1", redash.port, WHO, [3])
    assert (alone.status, "3 (404)" in alone.detail) == ("WARN", True)
    who = replace(WHO, neighbours=(Neighbour("key of the other", "other", frozenset({3, 9})),))
    [check] = pause_alike("127.0.0.1", redash.port, who, [3])
    assert check.status == "PASS"
    assert redash.asked[-1][0] == "POST /other/api/data_sources/3/pause"


def test_a_pause_without_a_key_is_left_to_a_person() -> None:
    [check] = pause_alike("127.0.0.1", 1, Administrator(), [3])
    assert (check.status, "3" in check.detail) == ("WARN", True)


def test_what_is_paused_is_asked_of_the_first_server_that_answers(
    start: Callable[..., Redash], record: Record
) -> None:
    record = record.of("return")
    assert paused_sources(record) is None
    servers = [{"host": "127.0.0.1", "port": port} for port in (1, start(paused=(8,)).port)]
    assert note_paused(record, servers, WHO) == [8]
    assert paused_sources(record) == [8]
    assert note_paused(record, servers[:1], WHO) is None
    assert paused_sources(record) is None


def test_what_the_old_host_could_not_see_is_not_known(record: Record) -> None:
    record.put_fact("host", {"queues": None, "paused": []})
    assert paused_sources(record) is None
    record.put_fact("host", {"queues": {}, "paused": [2]})
    assert paused_sources(record) == [2]
