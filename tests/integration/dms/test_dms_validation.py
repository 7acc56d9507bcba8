"""Validation states are true: they come from comparing the rows."""

from __future__ import annotations

import pytest

from tests.integration.dms.laboratory import Dms, on

TABLES = (
    "CREATE TABLE users (id serial PRIMARY KEY, name text, seen timestamptz)",
    "CREATE TABLE notes (body varchar(20))",
)


@pytest.fixture
def validated(dms: Dms) -> str:
    for side in (dms.source, dms.target):
        on(side, *TABLES)
    on(
        dms.source,
        "INSERT INTO users (name, seen) SELECT 'u' || n, now() FROM generate_series(1, 3000) n",
        "INSERT INTO notes VALUES ('one')",
    )
    arn = dms.create(
        FullLoadSettings={"StopTaskCachedChangesApplied": False},
        ValidationSettings={"EnableValidation": True},
    )
    dms.start(arn)
    dms.until(lambda: state(dms, arn) == "Validated")
    return arn


def state(dms: Dms, arn: str, table: str = "users") -> str:
    found = dms.tables(arn)
    return str(found[table]["ValidationState"]) if table in found else ""


def test_equal_rows_are_validated_and_a_table_without_a_key_is_not(
    dms: Dms, validated: str
) -> None:
    assert state(dms, validated, "notes") == "No primary key"
    on(
        dms.source,
        "UPDATE users SET name = 'changed' WHERE id % 7 = 0",
        "DELETE FROM users WHERE id < 9",
    )
    dms.until(lambda: dms.tables(validated)["users"]["Deletes"] == 8)
    for _ in range(5):
        assert state(dms, validated) in {"Validated", "Pending records"}
    dms.until(lambda: state(dms, validated) == "Validated")


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("UPDATE users SET name = 'spoiled' WHERE id = 7", "RECORD_DIFF"),
        ("DELETE FROM users WHERE id = 7", "MISSING_TARGET"),
        ("INSERT INTO users (id, name) VALUES (99999, 'stray')", "MISSING_SOURCE"),
    ],
)
def test_a_row_that_differs_is_found_and_put_down(
    dms: Dms, validated: str, damage: str, kind: str
) -> None:
    on(dms.target, damage)
    dms.until(lambda: state(dms, validated) == "Mismatched records")
    assert dms.tables(validated)["users"]["ValidationFailedRecords"] == 1
    rows = on(
        dms.target,
        'SELECT "TASK_NAME", "TABLE_NAME", "FAILURE_TYPE"'
        " FROM awsdms.awsdms_validation_failures_v1",
    )
    assert rows == [("carry", "users", kind)]


def test_a_lag_is_no_mismatch(dms: Dms, validated: str) -> None:
    dms.stand_in.disturbance.apply_paused.set()
    dms.until(dms.held)
    on(dms.source, "UPDATE users SET name = 'later' WHERE id = 5")
    dms.until(lambda: state(dms, validated) == "Pending records")
    assert dms.task(validated)["Status"] == "running"
    dms.stand_in.disturbance.apply_paused.clear()
    dms.until(lambda: state(dms, validated) == "Validated")
    assert dms.tables(validated)["users"]["ValidationFailedRecords"] == 0


def test_a_mismatch_stays_until_the_table_is_validated_again(dms: Dms, validated: str) -> None:
    on(dms.target, "UPDATE users SET name = 'spoiled' WHERE id = 7")
    dms.until(lambda: state(dms, validated) == "Mismatched records")
    on(dms.target, "UPDATE users SET name = 'u7' WHERE id = 7")
    on(dms.source, "INSERT INTO users (name) VALUES ('one more')")
    dms.until(lambda: dms.tables(validated)["users"]["Inserts"] == 1)
    assert state(dms, validated) == "Mismatched records"
    dms.client.reload_tables(
        ReplicationTaskArn=validated,
        TablesToReload=[{"SchemaName": "public", "TableName": "users"}],
        ReloadOption="validate-only",
    )
    dms.until(lambda: state(dms, validated) == "Validated")
    assert dms.tables(validated)["users"]["ValidationFailedRecords"] == 0
    failures = "SELECT count(*) FROM awsdms.awsdms_validation_failures_v1"
    assert on(dms.target, failures) == [(1,)]
