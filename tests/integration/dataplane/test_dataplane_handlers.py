"""The handlers in their order, as the state machine calls them: pre-copy, pause, verdict."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from redash_migration import wiring
from redash_migration.adapters import clients
from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.database.freeze import fence
from redash_migration.database.freeze.last_look import note_source
from redash_migration.database.planning import precopy as planned_precopy
from redash_migration.database.prediction.update import PROBES
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.watch.apply_probe import LONGEST, PROBE_COUNT, probe_apply
from redash_migration.database.watch.measure import DiskUse, SourceBefore
from redash_migration.database.watch.watching import BEFORE_FACT
from redash_migration.errors import DataMismatch
from redash_migration.plan import Exclusion, Method, Plan, TablePlan
from redash_migration.record.record import Record
from tests.function_environment import ENVIRONMENT
from tests.owning import EXECUTION, owned
from tests.record_table import make_table, pretend_to_be_on_aws

MIGRATION = "redash-20260131-020000"
ROOT = Path(__file__).parents[3]
Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[Any, ...]]]

SCHEMA = """
CREATE TABLE results (id serial PRIMARY KEY, data text NOT NULL);
CREATE TABLE queries (id serial PRIMARY KEY, name text, latest int REFERENCES results,
                      search_vector tsvector);
CREATE INDEX ix_search ON queries USING gin (search_vector);
"""
ROWS = "INSERT INTO results (data) SELECT repeat('x' || n, 30) FROM generate_series(1, 500) n;"
QUERIES = """
INSERT INTO queries (name, latest, search_vector)
SELECT 'q' || n, n, to_tsvector('simple', 'q' || n) FROM generate_series(1, 300) n;
"""


def plan() -> Plan:
    def table(name: str, method: Method, rows: int, raw: int) -> TablePlan:
        why = (Exclusion("search_vector", "tsvector", "does not migrate"),)
        because = why if method == "restore" else ()
        return TablePlan("public", name, method, rows, raw, raw, 100, ("id",), (), because)

    tables = (table("results", "dms", 500, 60_000), table("queries", "restore", 300, 20_000))
    return Plan(MIGRATION, 16, 18, tables, 2, 80_000, 0.0)


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """The same in a DynamoDB table of moto's, where the handlers look."""
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        yield owned(DynamoTable(make_table(), "record"), MIGRATION)


@pytest.fixture
def redash(
    both: Both, run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DatabaseAddress, DatabaseAddress]]:
    """Both databases, results replicated and queries not; secrets, artifacts and a plan."""
    source, target = both(SCHEMA + ROWS)
    run(source, QUERIES)
    for variable, value in ENVIRONMENT.items():
        monkeypatch.setenv(variable, value)
    clients_made: list[Any] = [boto3.client("secretsmanager"), boto3.client("s3")]
    for side, address in (("SOURCE", source), ("TARGET", target)):
        secret = {key: value for key, value in address.parameters().items() if key != "user"}
        made = clients_made[0].create_secret(
            Name=f"redash/{side}", SecretString=json.dumps({**secret, "username": address.username})
        )
        monkeypatch.setenv(f"{side}_DATABASE_SECRET_ARN", made["ARN"])
    clients_made[1].create_bucket(
        Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    monkeypatch.setattr(planned_precopy, "LARGE_BYTES", 0)
    monkeypatch.setattr(planned_precopy, "WIDE_ROW_BYTES", 100)
    for cached in (wiring.record_table, clients.client):
        cached.cache_clear()
    wiring.artifacts(MIGRATION).put_json("plan.json", plan().to_json())
    # Nothing replicates here, so the probes would be waited for in vain.
    record.put_fact(PROBES, {"seconds": [0.1]})
    yield source, target
    for cached in (wiring.record_table, clients.client):
        cached.cache_clear()
    for each in clients_made:
        each.close()


def call(function: str, **payload: Any) -> dict[str, Any]:
    """A handler's answer, after a trip through JSON both ways."""
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"app_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sent = {"migration_id": MIGRATION, "execution_arn": EXECUTION, **payload}
    event = json.loads(json.dumps(sent))
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    return dict(json.loads(json.dumps(module.handler(event, context))))


def items(part: str) -> list[dict[str, Any]]:
    return list(call("plan_copies")[part])


def pause(source: DatabaseAddress) -> list[dict[str, Any]]:
    with connect(source, purpose="test", read_only=False) as session:
        fence.lay(session, [], window=0.1)
        note_source(wiring.record(MIGRATION), session)
        before = SourceBefore((), None, None, DiskUse(0, None, 0, 0.0))
        wiring.record(MIGRATION).put_fact(BEFORE_FACT, before.to_json())
    restored = [
        one for item in items("restore") for one in call("restore_table", **item)["restored"]
    ]
    call("finish_restore")
    call("fix_sequences")
    for item in items("verify"):
        call("verify_data", **item)
    call("verify_integrity")
    call("last_look")
    return restored


def test_the_pause_holds_the_differences_and_everything_is_written_down(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run, record: Record
) -> None:
    source, target = redash
    first = [call("precopy_table", **item) for item in items("precopy")]
    assert [each["way"] for each in first[0]["carried"]] == ["copy"]
    assert first[1]["rows_equal"] == 500
    prediction = record.fact("prediction")
    assert prediction is not None
    assert prediction["seconds"] == pytest.approx(sum(prediction["parts"].values()), abs=0.1)
    # What Redash and the replication do until the freeze.
    run(source, "UPDATE queries SET latest = 1 WHERE id = 9; DELETE FROM queries WHERE id = 300")
    for address in redash:
        run(address, "INSERT INTO results VALUES (501, 'late')")
        run(address, "UPDATE results SET data = 'changed' WHERE id = 7")
    run(target, "ALTER TABLE results ALTER data DROP NOT NULL")
    restored = pause(source)
    assert [(each["way"], each["changed"], each["gone"]) for each in restored] == [("delta", 1, 1)]
    lines = record.tables.all()
    assert {name: (line["rows"], line["match"]) for name, line in lines.items()} == {
        "public.results": (501, True),
        "public.queries": (299, True),
    }
    assert lines["public.queries"]["restore"]["way"] == "delta"
    sequences = wiring.artifacts(MIGRATION).get_json("sequences.json")
    assert {each["name"]: each["target_last_value"] for each in sequences} == {
        "public.queries_id_seq": 300,
        "public.results_id_seq": 501,
    }
    checks = {check.id: check.status for check in record.checks.all()}
    assert set(checks.values()) == {"PASS"}
    assert {"data.verified", "sequences.set", "integrity.foreign_keys"} <= checks.keys()
    # Again, as after a redrive from the first step of the pause.
    assert [(each["way"], each["changed"]) for each in pause(source)] == [("delta", 0)]


def test_how_late_changes_arrive_is_measured_once(
    redash: tuple[DatabaseAddress, DatabaseAddress], record: Record
) -> None:
    source, _ = redash
    assert probe_apply(record, source, source) == [0.1]  # known already
    other = Record(record.table, "redash-20260131-030000")
    with connect(source, purpose="test", read_only=False) as session:
        canary.make(session)
    found = probe_apply(other, source, source)
    assert len(found) == PROBE_COUNT
    assert max(found) < LONGEST
    assert other.fact(PROBES) == {"seconds": found}


def test_a_change_after_its_table_was_compared_is_seen(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    source, target = redash
    with connect(source, purpose="test", read_only=False) as session:
        fence.lay(session, [], window=0.1)
        note_source(wiring.record(MIGRATION), session)
    for item in items("restore"):
        call("restore_table", **item)
    call("finish_restore")
    call("fix_sequences")
    for item in items("verify"):
        call("verify_data", **item)
    run(target, "UPDATE results SET data = data || ' late' WHERE id = 77")
    with pytest.raises(DataMismatch, match=r"public\.results: .*77 differs"):
        call("verify_integrity")


def test_without_a_pre_copy_everything_is_carried(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run
) -> None:
    assert [each["way"] for each in pause(redash[0])] == ["copy"]
    everything = "SELECT * FROM queries ORDER BY id"
    assert run(redash[0], everything) == run(redash[1], everything)


def test_a_planted_difference_fails_by_its_name_and_is_written_down(
    redash: tuple[DatabaseAddress, DatabaseAddress], run: Run, record: Record
) -> None:
    for item in items("precopy"):
        call("precopy_table", **item)
    for item in items("restore"):
        call("restore_table", **item)
    run(redash[1], "UPDATE results SET data = data || ' ' WHERE id = 77")
    (together,) = items("verify")
    with pytest.raises(DataMismatch, match=r"public\.results: .*77 differs"):
        call("verify_data", **together)
    line = record.tables.get("public.results")
    assert line["match"] is False
    assert line["differing_keys"] == [{"key": {"id": "77"}, "kind": "differs"}]
    assert record.tables.get("public.queries")["match"] is True
    with pytest.raises(DataMismatch):
        call("verify_integrity")
