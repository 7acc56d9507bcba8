"""The ledger finds what is missing, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dataset import ADMIN_API_KEY
from rehearsal.redash.process import RedashProcess
from rehearsal.workload import LedgerResult, Workload, WorkloadNotStarted, check_ledger
from rehearsal.workload.ledger import ANY, Ledger, Write, read_ledger

Start = Callable[..., RedashProcess]


def execute(address: DatabaseAddress, statement: str, *parameters: Any) -> None:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        connection.execute(statement.encode(), parameters)


def write(number: int, row: dict[str, Any] | None, **changes: Any) -> Write:
    fields: dict[str, Any] = {
        "number": number, "kind": "edit", "table": "queries", "key": {"id": 5}, "row": row,
        "acknowledged": True, "status": 200, "side": "old", "at": 0.0,
    }  # fmt: skip
    return Write(**{**fields, **changes})


@pytest.fixture
def check(tmp_path: Path, redash_database: DatabaseAddress) -> Callable[..., LedgerResult]:
    """check(*writes): what the ledger with these writes says about the database."""

    def judged(*writes: Write) -> LedgerResult:
        path = tmp_path / "judged.ndjson"
        path.unlink(missing_ok=True)
        ledger = Ledger(path)
        ledger.write(*writes)
        ledger.close()
        return check_ledger(path, redash_database)

    execute(redash_database, "UPDATE queries SET name = 'b' WHERE id = 5")
    return judged


UNSEEN = {"acknowledged": False, "status": 0}
REFUSED = {"acknowledged": False, "status": 503}
GONE = {"key": {"id": 999_999}}


@pytest.mark.parametrize(
    ("writes", "whole"),
    [
        ([write(1, {"name": "b"})], True),
        ([write(1, {"name": "a"})], False),
        ([write(1, {"name": "a"}), write(2, {"name": "b"})], True),
        ([write(1, {"name": "b"}), write(2, {"name": "a"})], False),
        ([write(1, {"name": "a"}), write(2, {"name": "b"}, **REFUSED)], True),
        ([write(1, {"name": "b"}, **UNSEEN), write(2, {"name": "a"})], True),
        ([write(1, {"name": "b"}, **REFUSED), write(2, {"name": "a"})], False),
        ([write(1, {"name": "a"}, **UNSEEN)], True),
        ([write(1, {"name": "a"}), write(2, {"name": ANY}, **UNSEEN)], True),
        ([write(1, {"name": "a"}), write(2, {"is_archived": False})], False),
        ([write(1, {"name": "b"}, **GONE)], False),
        ([write(1, {"name": "b"}, **GONE, **UNSEEN)], True),
        ([write(1, {}, **GONE), write(2, None, **GONE)], True),
        ([write(1, {}, **GONE), write(2, None, **GONE, **UNSEEN)], True),
        ([write(1, None)], False),
        ([write(1, {"name": "b"}), write(2, None, **UNSEEN)], True),
    ],
)
def test_one_row(check: Callable[..., LedgerResult], writes: list[Write], whole: bool) -> None:
    result = check(*writes)
    assert result.whole is whole, result
    assert result.acknowledged == sum(one.acknowledged for one in writes)


def test_an_event_that_is_there_twice(
    check: Callable[..., LedgerResult], redash_database: DatabaseAddress
) -> None:
    event = write(1, {"action": "view"}, table="events", key={"object_id": "m-1"}, kind="event")
    insert = (
        "INSERT INTO events (org_id, action, object_type, object_id, created_at)"
        " VALUES (1, 'view', 'query', 'm-1', now())"
    )
    assert not check(event).whole
    execute(redash_database, insert)
    assert check(event).whole
    execute(redash_database, insert)
    (message,) = check(event).missing
    assert message == (
        "event: events object_id=m-1: one row expected, acknowledged by old; found 2"
    )


def test_a_whole_workload(
    redash_database: DatabaseAddress, start_redash: Start, tmp_path: Path
) -> None:
    server = start_redash(redash_database)
    worker = start_redash(
        redash_database, "worker", QUEUES="scheduled_queries", REDASH_SECONDS_BETWEEN_RUNS="0.02"
    )
    path = tmp_path / "ledger.ndjson"
    workload = Workload(
        f"http://127.0.0.1:{server.port}", path, ADMIN_API_KEY, users=3, rate=300
    ).start()
    time.sleep(2.5)
    workload.freeze()
    time.sleep(0.3)
    frozen = workload.acknowledged
    time.sleep(0.3)
    assert workload.acknowledged == frozen
    server.stop()
    workload.resume()
    time.sleep(0.5)
    assert workload.acknowledged == frozen
    assert workload.unavailable_seconds > 0
    server.start()
    assert server.wait_until_ready()
    time.sleep(1)
    workload.stop()
    workload.stop()
    worker.stop()
    assert workload.acknowledged > frozen
    result = check_ledger(path, redash_database)
    assert result.missing == ()
    assert result.acknowledged == workload.acknowledged
    assert result.unavailable_seconds == pytest.approx(workload.unavailable_seconds)
    assert {"event", "execute", "create", "edit", "archive", "snippet", "forget_snippet",
            "favorite", "forget_favorite"} <= set(result.by_kind)  # fmt: skip

    acknowledged = [one for one in read_ledger(path) if isinstance(one, Write) and one.acknowledged]
    lost = next(one for one in reversed(acknowledged) if one.kind == "event")
    execute(redash_database, "DELETE FROM events WHERE object_id = %s", lost.key["object_id"])
    (missing,) = check_ledger(path, redash_database).missing
    assert missing.startswith(f"event: events object_id={lost.key['object_id']}: a row expected")


def test_it_does_not_begin_without_redash(tmp_path: Path) -> None:
    workload = Workload("http://127.0.0.1:1", tmp_path / "l.ndjson", "key")
    with pytest.raises(WorkloadNotStarted, match="GET /api/session"):
        workload.start()
    workload.stop()
