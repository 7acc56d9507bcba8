"""The handlers as Lambda calls them: environment, secrets, record and artifacts in moto."""

from __future__ import annotations

import importlib.util
import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from gzip import compress
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from redash_migration import wiring
from redash_migration.adapters.dynamodb.table import DynamoTable
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.errors import (
    InvalidInput,
    MissingSetting,
    SchemaChanged,
    TransientFailure,
)
from redash_migration.preflight.source import room
from redash_migration.record import Outcome, Record
from redash_migration.record.undo import replay as replaying
from rehearsal.postgres import programs, run
from tests.function_environment import ENVIRONMENT, OWN
from tests.owning import owned
from tests.record_table import make_table, pretend_to_be_on_aws

MIGRATION = "redash-20260131-020000"
ROOT = Path(__file__).parents[3]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Context:
    """As much of Lambda's context as is asked for."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 120_000


def handler(name: str) -> Handler:
    path = ROOT / "functions" / name / "app.py"
    spec = importlib.util.spec_from_file_location(f"handler_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Handler = module.handler
    return found


def call(name: str, **changes: Any) -> dict[str, Any]:
    event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    answer = handler(name)({**event, **changes}, Context())
    json.dumps(answer)  # what Lambda does with it
    return answer


@pytest.fixture
def make_record(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Record]]:
    """The same in a DynamoDB table of moto's, where the handlers look."""
    pretend_to_be_on_aws(monkeypatch)
    with mock_aws():
        table = DynamoTable(make_table(), "record")
        yield lambda migration_id: owned(table, migration_id)


@pytest.fixture
def deployed(
    *,
    sample: DatabaseAddress,
    target_database: DatabaseAddress,
    make_record: Callable[[str], Record],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Record]:
    monkeypatch.setattr(room, "WATCH", 0.02)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    for variable, text in {**ENVIRONMENT, **OWN}.items():
        monkeypatch.setenv(variable, text)
    record = make_record(MIGRATION)
    record.put_fact("host", {"disk_free_bytes": 50 << 30})
    record.put_fact("new_home", {"replication_engine": "3.6.1"})
    secrets = boto3.client("secretsmanager", region_name="ap-northeast-1")
    for side, address in (("SOURCE", sample), ("TARGET", target_database)):
        value = {
            "username": address.username,
            "password": address.password,
            "host": address.host,
            "port": address.port,
            "dbname": address.dbname,
        }
        arn = secrets.create_secret(Name=side, SecretString=json.dumps(value))["ARN"]
        monkeypatch.setenv(f"{side}_DATABASE_SECRET_ARN", arn)
    seals = secrets.create_secret(Name="undo", SecretString="a key of 64 characters " * 3)["ARN"]
    monkeypatch.setenv("UNDO_SEALING_SECRET_ARN", seals)
    s3 = boto3.client("s3", region_name="ap-northeast-1")
    s3.create_bucket(
        Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    dump = run(
        programs("source"),
        "pg_dump",
        "--schema-only",
        "--no-owner",
        "--no-acl",
        environment=sample.environment(),
    )
    packed = b64encode(compress(dump.encode()))
    half = len(packed) // 2
    for number, part in enumerate((packed[:half], packed[half:]), 1):
        s3.put_object(Bucket="artifacts", Key=f"{MIGRATION}/schema/part-{number:04d}", Body=part)
    wait = record.waits.open("DumpSchema", "token")
    record.waits.settle(wait, Outcome.success({"part": 2, "parts": 2}))
    for cached in (wiring.record_table, _clients()):
        cached.cache_clear()
    yield record
    for cached in (wiring.record_table, _clients()):
        cached.cache_clear()


def _clients() -> Any:
    from redash_migration.adapters import clients

    return clients.client


def test_the_steps_one_after_the_other(deployed: Record) -> None:
    verdict = call("preflight")
    assert verdict["verdict"] == "WARN"
    assert verdict["predicted_write_pause_seconds"] > 0
    assert call("copy_schema")["entries"] > 0
    assert call("complete_schema")["refused"] == ()
    assert call("measure_source")["verdict"] == "PASS"
    assert call("fence_source")["lsn"]
    # Nothing replicates here: the step's own patience ends, and says what it waits for.
    assert call("measure_cutover")["writes_since_switch"] is None
    assert call("clean_up_database")["removed"] == []  # no DMS was ever here
    deployed.turn("back")
    assert call("roll_back_database") == {"next": "done"}
    steps = {timing.name: timing.status for timing in deployed.steps.all()}
    assert set(steps.values()) == {"SUCCEEDED"}


def test_where_the_new_database_is_gone_the_old_one_is_opened_all_the_same(
    deployed: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has deleted the new home's stack: nobody is to stand before a closed door for it."""
    for step in ("preflight", "copy_schema", "fence_source"):
        call(step)
    secrets = boto3.client("secretsmanager", region_name="ap-northeast-1")
    gone = os.environ["TARGET_DATABASE_SECRET_ARN"]
    secrets.delete_secret(SecretId=gone, ForceDeleteWithoutRecovery=True)
    monkeypatch.setattr(replaying, "LEAST_TRIES", 1)
    assert replaying.replay.__kwdefaults__ is not None
    monkeypatch.setitem(replaying.replay.__kwdefaults__, "patience", 0.0)
    deployed.turn("back")
    assert call("roll_back_database") == {"next": "done"}
    states = {entry.action: entry.state for entry in deployed.undo.all()}
    assert (states["lift_fence"], states["empty_target"]) == ("DONE", "FAILED")


def test_a_schema_altered_since_the_preflight_is_not_migrated(
    deployed: Record, source_database: DatabaseAddress, rows: Callable[..., Any]
) -> None:
    call("preflight")
    rows(source_database, "CREATE TABLE public.late (id int)")
    assert "public.late is new" in call("measure_source")["schema_changed"]
    with pytest.raises(SchemaChanged, match=r"public\.late is new"):
        call("fence_source")


def test_a_schema_altered_since_the_switch_is_no_failure_of_the_migration(
    deployed: Record, source_database: DatabaseAddress, rows: Callable[..., Any]
) -> None:
    call("preflight")
    deployed.switch_begins()
    rows(source_database, "CREATE TABLE public.late (id int)")
    assert call("measure_source")["schema_changed"] == ""
    assert "source.schema" not in {c.id for c in deployed.checks.all() if c.status == "FAIL"}


def test_the_scheduled_measure_looks_at_the_running_migration(deployed: Record) -> None:
    scheduled = {"source": "aws.events", "detail-type": "Scheduled Event"}
    measure = handler("measure_source")
    assert "preflight" in measure(scheduled, Context())["detail"]
    call("preflight")
    assert measure(scheduled, Context())["slot_status"] == "none"
    deployed.turn("ended")
    assert measure(scheduled, Context())["detail"] == "no migration is running"
    assert "MeasureSource" not in {timing.name for timing in deployed.steps.all()}


@pytest.mark.parametrize(
    "name",
    [
        *("preflight", "copy_schema", "complete_schema", "fence_source", "drain_changes"),
        *("clean_up_database", "roll_back_database"),
    ],
)
def test_a_wrong_event_is_named(deployed: Record, name: str) -> None:
    for event in ({}, {"migration_id": 1}, {"migration_id": "../other"}):
        with pytest.raises(InvalidInput, match="migration_id"):
            handler(name)(event, Context())


def test_a_missing_setting_is_named(deployed: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATABASE_SECRET_ARN")
    with pytest.raises(MissingSetting, match="SOURCE_DATABASE_SECRET_ARN"):
        call("fence_source")


def test_a_server_that_is_away_is_worth_another_try(
    deployed: Record, monkeypatch: pytest.MonkeyPatch, source_database: DatabaseAddress
) -> None:
    call("preflight")
    secrets = boto3.client("secretsmanager", region_name="ap-northeast-1")
    value = {"username": "u", "password": "p", "host": "127.0.0.1", "port": 1, "dbname": "d"}
    arn = secrets.create_secret(Name="away", SecretString=json.dumps(value))["ARN"]
    monkeypatch.setenv("SOURCE_DATABASE_SECRET_ARN", arn)
    with pytest.raises(TransientFailure):
        call("fence_source")
    refused = call("preflight")
    assert (refused["verdict"], refused["failed"]) == ("FAIL", ["source.reachable"])
