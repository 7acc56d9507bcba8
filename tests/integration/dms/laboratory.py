"""What the tests of the DMS stand-in share."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.dms import DmsStandIn

if TYPE_CHECKING:
    from types_boto3_dms.client import DatabaseMigrationServiceClient

REGION = "ap-northeast-1"
SETTINGS: dict[str, Any] = {
    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING", "StopTaskCachedChangesApplied": True},
    "TargetMetadata": {"FullLobMode": True, "LimitedSizeLobMode": False},
    "ErrorBehavior": {"TableErrorPolicy": "STOP_TASK", "ApplyErrorInsertPolicy": "STOP_TASK"},
    "ControlTablesSettings": {"ControlSchema": "awsdms"},
}


@dataclass
class Bus:
    """Keeps the events that reach it."""

    region: str = REGION
    events: list[dict[str, Any]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def emit(self, **event: Any) -> None:
        with self.arrived:
            self.events.append(event)
            self.arrived.notify_all()

    def wait(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The count-th event of this type."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.of(kind)) >= count, timeout=30), (
                f"no {kind} among {[e['detail']['eventType'] for e in self.events]}"
            )
            return self.of(kind)[count - 1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["detail"]["eventType"] == kind]


@dataclass
class Dms:
    """What a test needs of the service."""

    client: DatabaseMigrationServiceClient
    stand_in: DmsStandIn
    bus: Bus
    source: DatabaseAddress
    target: DatabaseAddress
    source_arn: str
    target_arn: str
    instance_arn: str

    def test_connections(self) -> None:
        for arn in (self.source_arn, self.target_arn):
            self.client.test_connection(ReplicationInstanceArn=self.instance_arn, EndpointArn=arn)
        self.until(lambda: all(c["Status"] != "testing" for c in self.connections()))
        assert not any(self.problems()), self.problems()

    def problems(self) -> list[str]:
        return [c["LastFailureMessage"] for c in self.connections()]

    def connections(self) -> list[Any]:
        return list(self.client.describe_connections()["Connections"])

    def create(
        self, rules: list[dict[str, Any]] | None = None, name: str = "carry", **settings: Any
    ) -> str:
        """A task that is ready to start; its ARN."""
        answer = self.client.create_replication_task(
            ReplicationTaskIdentifier=name,
            ResourceIdentifier=name,
            SourceEndpointArn=self.source_arn,
            TargetEndpointArn=self.target_arn,
            ReplicationInstanceArn=self.instance_arn,
            MigrationType="full-load-and-cdc",
            TableMappings=json.dumps({"rules": rules or [rule()]}),
            ReplicationTaskSettings=json.dumps(merged(SETTINGS, settings)),
        )
        arn = answer["ReplicationTask"]["ReplicationTaskArn"]
        self.test_connections()
        self.until_status(arn, "ready")
        return arn

    def start(self, arn: str, kind: Any = "start-replication") -> None:
        self.client.start_replication_task(ReplicationTaskArn=arn, StartReplicationTaskType=kind)

    def task(self, arn: str) -> Any:
        return self.client.describe_replication_tasks(
            Filters=[{"Name": "replication-task-arn", "Values": [arn]}]
        )["ReplicationTasks"][0]

    def tables(self, arn: str) -> dict[str, Any]:
        answer = self.client.describe_table_statistics(ReplicationTaskArn=arn)
        return {table["TableName"]: table for table in answer["TableStatistics"]}

    def until_status(self, arn: str, *statuses: str) -> Any:
        self.until(lambda: self.task(arn)["Status"] in {*statuses, "failed"})
        task = self.task(arn)
        assert task["Status"] in statuses, task
        return task

    def held(self) -> bool:
        """Whether the apply is held back."""
        locks = "SELECT count(*) > 0 FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND granted"
        return on(self.target, locks) == [(True,)]

    @staticmethod
    def until(condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.05)


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {key: {**base.get(key, {}), **more.get(key, {})} for key in {*base, *more}}


def rule(
    table: str = "%", schema: str = "public", action: str = "include", number: int = 1
) -> dict[str, Any]:
    return {
        "rule-type": "selection",
        "rule-id": str(number),
        "rule-name": f"rule-{number}",
        "object-locator": {"schema-name": schema, "table-name": table},
        "rule-action": action,
    }


def on(address: DatabaseAddress, *statements: str) -> list[tuple[Any, ...]]:
    """Run the statements; the rows of the last one."""
    with psycopg.connect(make_conninfo("", **address.parameters()), autocommit=True) as connection:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        return rows
