"""What every step has in common: its input, its time, and which failure it was."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from redash_migration import wiring
from redash_migration.errors import InvalidInput, TransientFailure
from redash_migration.failure_kinds import as_refused, as_transient
from redash_migration.record import Record
from redash_migration.record.table import RecordTable
from redash_migration.step import step
from tests.owning import EXECUTION, owned


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "DescribeX"), True),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeX"), False),
        (EndpointConnectionError(endpoint_url="https://x"), True),
        (ValueError("x"), False),
        (InvalidInput("x"), False),
    ],
)
def test_what_another_try_can_mend_is_transient(error: Exception, transient: bool) -> None:
    assert (as_transient(error) is not None) == transient


def test_a_lost_database_connection_is_transient_and_a_wrong_password_is_not() -> None:
    assert as_transient(psycopg.OperationalError("server closed the connection"))
    assert not as_transient(psycopg.OperationalError("password authentication failed"))
    assert not as_transient(psycopg.errors.UndefinedTable("no such table"))


def test_a_step_records_its_time_and_its_failure(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "redash-20260131-020000"
    record = owned(table, name)
    monkeypatch.setattr(wiring, "record", lambda _: record)
    outcomes: list[Exception | None] = [
        ClientError({"Error": {"Code": "Throttling"}}, "DescribeX"),
        None,
    ]

    @step("CopySchema")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        error = outcomes.pop(0)
        if error is not None:
            raise error
        return {"done": True}

    with pytest.raises(TransientFailure):
        handler({"migration_id": name, "execution_arn": EXECUTION}, None)
    [timing] = Record(table, name).steps.all()
    assert (timing.status, timing.attempts) == ("FAILED", 1)
    assert handler({"migration_id": name, "execution_arn": EXECUTION}, None) == {"done": True}
    [timing] = Record(table, name).steps.all()
    assert (timing.status, timing.attempts, timing.error) == ("SUCCEEDED", 2, "")


@pytest.mark.parametrize(
    "event",
    [None, [], "x", {}, {"migration_id": 3}, {"migration_id": ""}, {"migration_id": "../x"}],
)
def test_a_step_refuses_an_event_without_a_migration(event: Any) -> None:
    @step("CopySchema")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        raise AssertionError("must not be reached")

    with pytest.raises(InvalidInput, match=r"^migration_id: "):
        handler(event, None)


def test_a_token_step_refuses_an_event_without_a_token() -> None:
    @step("RunFullLoad", token=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        raise AssertionError("must not be reached")

    with pytest.raises(InvalidInput, match=r"^token: "):
        handler({"migration_id": "redash-20260131-020000", "execution_arn": EXECUTION}, None)


@pytest.mark.parametrize(
    "said",
    [
        'FATAL:  password authentication failed for user "redash"',
        'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "redash"',
        "SSL error: certificate verify failed",
    ],
)
def test_a_refusal_by_a_database_has_its_own_name(said: str) -> None:
    refused = as_refused(psycopg.OperationalError(f"connection failed: {said}"))

    assert refused is not None
    assert said in str(refused)
    assert as_refused(psycopg.OperationalError("server closed the connection")) is None
    assert as_refused(ValueError("password")) is None


@pytest.mark.parametrize("silent", ["started", "ended"])
def test_a_record_that_does_not_answer_makes_a_step_worth_another_try(
    table: RecordTable, record: Record, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setattr(wiring, "record", lambda _: record)
    gone = ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")
    monkeypatch.setattr(record.steps, silent, _raising(gone))

    @step("SomeStep")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return {}

    with pytest.raises(TransientFailure, match="ThrottlingException"):
        handler({"migration_id": record.migration_id, "execution_arn": EXECUTION}, None)


def _raising(error: Exception) -> Any:
    def fail(*_: Any, **_named: Any) -> None:
        raise error

    return fail
