"""A task from its creation to its deletion, on two real databases."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.integration.dms.laboratory import Dms, on

SCHEMA = (
    "CREATE TABLE users (id serial PRIMARY KEY, name varchar(320) NOT NULL, groups integer[])",
    "CREATE TABLE events (id serial PRIMARY KEY, action varchar(255), properties jsonb)",
)


def test_a_task_loads_stops_resumes_follows_and_goes(dms: Dms) -> None:
    for side in (dms.source, dms.target):
        on(side, *SCHEMA)
    on(
        dms.source,
        "INSERT INTO users (name, groups) SELECT '利用者' || n, ARRAY[1, n]"
        " FROM generate_series(1, 1000) n",
        "INSERT INTO events (action, properties) SELECT 'view', '{\"a\": 1}'"
        " FROM generate_series(1, 5000)",
    )
    arn = dms.create()
    assert arn.endswith(":task:carry")
    dms.start(arn)
    task = dms.until_status(arn, "stopped")
    assert task["StopReason"] == "Stop Reason STOPPED_AFTER_CACHED_EVENTS"
    stats = task["ReplicationTaskStats"]
    assert stats["FullLoadProgressPercent"] == 100
    assert (stats["TablesLoaded"], stats["TablesErrored"]) == (2, 0)
    assert stats["FullLoadStartDate"] <= stats["FullLoadFinishDate"] <= stats["StopDate"]
    tables = dms.tables(arn)
    assert {t["TableState"] for t in tables.values()} == {"Table completed"}
    assert (tables["users"]["FullLoadRows"], tables["events"]["FullLoadRows"]) == (1000, 5000)

    # What is written while the task is stopped waits in the slot.
    on(dms.source, "INSERT INTO users (name) VALUES ('late')", "DELETE FROM users WHERE id = 1")
    assert on(dms.target, "SELECT count(*) FROM users") == [(1000,)]
    assert on(dms.source, "SELECT active FROM pg_replication_slots") == [(False,)]
    dms.start(arn, "resume-processing")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users WHERE name = 'late'") == [(1,)])
    on(dms.source, "UPDATE users SET name = 'renamed' WHERE id < 11")
    dms.until(lambda: on(dms.target, "SELECT count(*) FROM users WHERE id = 1") == [(0,)])
    dms.until(lambda: dms.tables(arn)["users"]["Updates"] == 9)
    users = dms.tables(arn)["users"]
    assert (users["Inserts"], users["Updates"], users["Deletes"]) == (1, 9, 1)

    dms.client.stop_replication_task(ReplicationTaskArn=arn)
    task = dms.until_status(arn, "stopped")
    assert task["StopReason"] == "Stop Reason NORMAL"
    on(dms.source, "INSERT INTO users (name) VALUES ('after the stop')")
    dms.client.delete_replication_task(ReplicationTaskArn=arn)
    assert dms.task(arn)["Status"] == "deleting"
    dms.bus.wait("REPLICATION_TASK_DELETED")
    with pytest.raises(ClientError) as raised:
        dms.client.delete_replication_task(ReplicationTaskArn=arn)
    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundFault"
    assert on(
        dms.source, "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
    ) == [(0,)]
    assert on(dms.source, "SELECT count(*) FROM pg_publication") == [(0,)]
    assert on(dms.target, "SELECT count(*) FROM users WHERE name = 'after the stop'") == [(0,)]
    assert on(dms.target, "SELECT count(*) FROM awsdms.awsdms_apply_exceptions") == [(0,)]
    kinds = [
        event["detail"]["eventType"].removeprefix("REPLICATION_TASK_") for event in dms.bus.events
    ]
    assert kinds == ["CREATED", "STARTED", "STOPPED", "STARTED", "STOPPED", "DELETED"]
