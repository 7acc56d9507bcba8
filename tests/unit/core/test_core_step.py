"""What every step has in common: its input, its time, and which failure it was."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from redash_migration import wiring
from redash_migration.errors import InvalidInput, TransientFailure
from redash_migration.failure_kinds import as_refused, as_transient
from redash_migration.record import Record
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.table import RecordTable
from redash_migration.step import step
from tests.function_environment import ENVIRONMENT, OWN
from tests.owning import EXECUTION, owned, undo_keys


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


FUNCTIONS = Path(__file__).parents[3] / "functions"


@pytest.mark.parametrize("direction", ["forward", "return"])
def test_the_database_s_half_waits_for_nobody_whom_the_history_knows_to_be_gone(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    """It can't see the history from where the databases are: RollBack, which can, closes what is
    gone before the turn is handed on."""
    for name, value in {**ENVIRONMENT, **OWN}.items():
        monkeypatch.setenv(name, value)
    record = owned(table, "redash-20260131-020000")  # by this machine's clock, as the handlers
    mine = record.of("return" if direction == "return" else "forward")
    mine.undo.add("lift_fence", {}, where="database", service="serves")
    if direction == "return":
        record.turn("return")
    acting = Acting(record.migration_id, EXECUTION, PHASES)
    for run in ("dead", "alive"):
        record.attempts.begin(acting, "FenceSource", run, seconds=600, service=False)
    made = {
        "record_table": lambda: table,
        "undo_keys": undo_keys,
        "resumer": lambda: None,
        "run_command": lambda: SimpleNamespace(unended=lambda _: []),
        "died": lambda execution: frozenset({"dead"} if execution == EXECUTION else ()),
        **dict.fromkeys(("dms", "load_balancing", "ecs"), lambda: None),
    }
    for name, make in made.items():
        monkeypatch.setattr(wiring, name, make)
    handler: Any = runpy.run_path(str(FUNCTIONS / "roll_back" / "app.py"))["handler"]
    event = {
        "migration_id": record.migration_id,
        "execution_arn": EXECUTION,
        "direction": direction,
    }
    assert handler(event, None) == {"next": "database"}
    assert [one.request for one in record.attempts.unfinished()] == ["alive"]
