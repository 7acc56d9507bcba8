"""The small parts of the DMS stand-in."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.dms.api.paging import filtered, page
from rehearsal.dms.databases.endpoint import UnknownAddress, database_of
from rehearsal.dms.events import EventSender
from rehearsal.dms.faults import InvalidParameterValue
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.run.outage import Outage
from rehearsal.dms.server_log import ServerLog, last_error
from rehearsal.dms.task.names import Names
from rehearsal.dms.task.progress import TableProgress
from rehearsal.dms.task.statistics import COMPLETED, FULL_LOAD, TableStatistics
from rehearsal.dms.task.task_settings import TaskSettings

COPY = """\
2026-11-23 02:04:06 UTC [9] LOG:  logical replication table synchronization worker has started
2026-11-23 02:04:06 UTC [9] ERROR:  duplicate key value violates unique constraint "users_pkey"
2026-11-23 02:04:06 UTC [9] DETAIL:  Key (id)=(7) already exists.
2026-11-23 02:04:06 UTC [9] CONTEXT:  COPY users, line 7
"""
APPLY = """\
2026-11-23 02:04:07 UTC [8] ERROR:  conflict detected on relation "public.events": conflict=x
2026-11-23 02:04:07 UTC [8] DETAIL:  Key already exists in unique index "events_pkey".
\tKey (id)=(11); existing local row (11, secret)
2026-11-23 02:04:07 UTC [8] CONTEXT:  processing remote data for replication origin "pg_1" during \
message type "INSERT" for replication target relation "public.events" in transaction 740, \
finished at 0/1876960
"""
BROKEN = """\
2026-11-23 02:04:08 UTC [7] ERROR:  could not receive data from WAL stream: server closed
2026-11-23 02:04:08 UTC [7] LOG:  subscription "s" has been disabled because of an error
"""


def test_a_workers_error_is_read_from_the_log() -> None:
    copy = last_error(COPY)
    assert copy is not None
    assert (copy.table, copy.copying, copy.of_data) == ("users", True, True)
    assert copy.message.endswith("(Key (id)=(7) already exists.)")
    apply = last_error(COPY + APPLY + BROKEN)
    assert apply is not None
    assert (apply.table, apply.copying, apply.verb, apply.lsn) == (
        "events",
        False,
        "INSERT",
        "0/1876960",
    )
    assert "secret" not in apply.message
    assert last_error(BROKEN) is None


def test_only_what_is_new_in_the_log_counts(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(COPY)
    log = ServerLog(path)
    assert log.last_error() is None
    path.write_text(COPY + APPLY)
    found = log.last_error()
    assert found is not None
    assert found.table == "events"
    assert log.last_error() is None
    assert ServerLog(tmp_path / "none").last_error() is None
    assert ServerLog(None).last_error() is None


def endpoint(**settings: Any) -> SimpleNamespace:
    return SimpleNamespace(
        endpoint_identifier="source",
        server_name="old",
        port=5432,
        database_name="redash",
        username="redash",
        password="own",
        postgre_sql_settings=settings,
    )


def test_an_endpoint_says_where_its_database_is() -> None:
    found = database_of(endpoint(), lambda _: "")
    assert (found.host, found.port, found.dbname, found.password) == ("old", 5432, "redash", "own")
    found = database_of(
        endpoint(SecretsManagerSecretId="s", DatabaseName="other"),
        lambda _: '{"host": "new", "port": "5433", "username": "u", "password": "p"}',
    )
    assert (found.host, found.port, found.dbname, found.password) == ("new", 5433, "other", "p")
    assert "own" not in repr(database_of(endpoint(), lambda _: ""))
    with pytest.raises(UnknownAddress, match="does not hold a JSON object"):
        database_of(endpoint(SecretsManagerSecretId="s"), lambda _: "no")
    nowhere = endpoint()
    nowhere.server_name = None
    with pytest.raises(UnknownAddress, match="endpoint source: no host in its settings"):
        database_of(nowhere, lambda _: "")


def test_names_fit_into_postgresqls_63_bytes() -> None:
    names = Names.make("Redash-Migration-20261123-013005", 16384)
    assert len(names.slot) <= 63
    assert len(names.publication_of_inserts) <= 63
    assert names.slot.replace("_", "").isalnum()
    assert names.slot == names.slot.lower()
    assert Names.make("x", 1).slot != Names.make("x", 1).slot


def test_an_outage_ends_in_a_recoverable_failure() -> None:
    settings = TaskSettings.parse('{"ErrorBehavior": {"RecoverableErrorCount": 0}}')
    outage = Outage(settings)
    for _ in range(3):
        outage.failed(OSError("away"))
        time.sleep(0.001)
        outage.over()
    outage.failed(OSError("away"))
    time.sleep(0.001)
    with pytest.raises(TaskFailure, match="successive recovery failures: away") as raised:
        outage.failed(OSError("away"))
    assert raised.value.stop_reason == "Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE"


def test_pages_and_filters() -> None:
    items = [f"i{number:03}" for number in range(45)]
    first, marker = page(items, {"MaxRecords": 20}, most=100)
    second, marker = page(items, {"MaxRecords": 20, "Marker": marker}, most=100)
    third, end = page(items, {"MaxRecords": 20, "Marker": marker}, most=100)
    assert first + second + third == items
    assert end is None
    for params in ({"MaxRecords": 19}, {"MaxRecords": 101}, {"Marker": "?"}):
        with pytest.raises(InvalidParameterValue):
            page(items, params, most=100)
    getters = {"letter": lambda item: [item[0]], "number": lambda item: [item[1:]]}
    filters = [
        {"Name": "letter", "Values": ["i"]},
        {"Name": "number", "Values": ["001", "002", "999"]},
    ]
    assert filtered(items, filters, getters) == ["i001", "i002"]
    with pytest.raises(InvalidParameterValue):
        filtered(items, [{"Name": "colour", "Values": []}], getters)


def test_rows_are_counted_through_load_changes_and_a_crash() -> None:
    table = TableStatistics(("public", "users"))
    table.begin(TableProgress("i", 5, 0, 0, 0))
    table.follow(TableProgress("d", 5, 0, 0, 40))
    assert (table.state, table.full_load_rows) == (FULL_LOAD, 40)
    table.follow(TableProgress("r", 105, 0, 0, 0))
    assert (table.state, table.full_load_rows, table.inserts) == (COMPLETED, 100, 0)
    table.follow(TableProgress("r", 108, 2, 1, 0))
    assert (table.inserts, table.updates, table.deletes) == (3, 2, 1)
    table.follow(TableProgress("r", 0, 0, 0, 0))
    assert (table.full_load_rows, table.inserts, table.updates, table.deletes) == (100, 3, 2, 1)
    table.follow(TableProgress("r", 4, 1, 0, 0))
    assert (table.inserts, table.updates, table.deletes) == (7, 3, 1)


def test_events_arrive_in_order_but_for_the_withheld() -> None:
    seen: list[str] = []
    done = threading.Event()

    def emit(**event: Any) -> None:
        seen.append(event["detail"]["eventType"])
        if len(seen) == 2:
            done.set()

    sender = EventSender(emit, "eu-west-1", {"B"}, delay_seconds=0)
    for kind in ("A", "B", "C"):
        sender.post(kind, "text", arn="arn", identifier="id")
    assert done.wait(5)
    sender.stop()
    assert seen == ["A", "C"]
