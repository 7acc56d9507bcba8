"""AWS DMS: tasks, their tables, connection tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.failure_text import of_replication
from redash_migration.replication.statistics import TableStatistics
from redash_migration.replication.task import STOPPABLE, TaskTruth

if TYPE_CHECKING:
    from types_boto3_dms.client import DatabaseMigrationServiceClient

_STOP_REASON = re.compile(r"(?:Stop Reason )?([A-Z][A-Z_]+)")


class Dms:
    """The replication service."""

    def __init__(self, client: DatabaseMigrationServiceClient) -> None:
        self._client = client

    def task(self, arn: str) -> TaskTruth | None:
        """The task as it is now, or None when there is none."""
        return self._find("replication-task-arn", arn)

    def task_called(self, identifier: str) -> TaskTruth | None:
        """The task with this identifier, or None."""
        return self._find("replication-task-id", identifier)

    def _find(self, name: str, value: str) -> TaskTruth | None:
        try:
            answer = self._client.describe_replication_tasks(
                Filters=[{"Name": name, "Values": [value]}], WithoutSettings=True
            )
        except ClientError as error:
            if _code(error) == "ResourceNotFoundFault":
                return None
            raise
        tasks = answer["ReplicationTasks"]
        return _truth(tasks[0]) if tasks else None

    def create(
        self,
        identifier: str,
        *,
        source: str,
        target: str,
        instance: str,
        mappings: str,
        settings: str,
    ) -> str:
        """Create a full-load-and-cdc task; its ARN ends with the identifier.

        One that was created in the same moment, by the same step at work twice, is that task.
        """
        try:
            answer = self._client.create_replication_task(
                ReplicationTaskIdentifier=identifier,
                ResourceIdentifier=identifier,
                SourceEndpointArn=source,
                TargetEndpointArn=target,
                ReplicationInstanceArn=instance,
                MigrationType="full-load-and-cdc",
                TableMappings=mappings,
                ReplicationTaskSettings=settings,
            )
        except ClientError as error:
            task = self.task_called(identifier)
            if _code(error) != "ResourceAlreadyExistsFault" or task is None:
                raise
            return task.arn
        return answer["ReplicationTask"]["ReplicationTaskArn"]

    def start(self, arn: str, *, resume: bool) -> None:
        """Start the first run, or go on from the last stop; nothing when somebody just did."""
        try:
            self._client.start_replication_task(
                ReplicationTaskArn=arn,
                StartReplicationTaskType="resume-processing" if resume else "start-replication",
            )
        except ClientError as error:
            task = self.task(arn)
            # A first run can have come to its stop already; a stopped task is not resumed.
            states = STOPPABLE if resume else STOPPABLE | {"stopped"}
            under_way = task is not None and task.status in states
            if _code(error) != "InvalidResourceStateFault" or not under_way:
                raise

    def reload(self, arn: str) -> None:
        """Load everything again from the beginning."""
        self._client.start_replication_task(
            ReplicationTaskArn=arn, StartReplicationTaskType="reload-target"
        )

    def stop(self, arn: str) -> bool:
        """Ask the task to stop; False when it is in no state to be stopped, or gone."""
        return self._unless_done(lambda: self._client.stop_replication_task(ReplicationTaskArn=arn))

    def delete(self, arn: str) -> bool:
        """Delete the task, and its replication slot with it; False when that can't be done now."""
        return self._unless_done(
            lambda: self._client.delete_replication_task(ReplicationTaskArn=arn)
        )

    @staticmethod
    def _unless_done(call: Any) -> bool:
        try:
            call()
        except ClientError as error:
            if _code(error) in {"InvalidResourceStateFault", "ResourceNotFoundFault"}:
                return False
            raise
        return True

    def statistics(self, arn: str) -> list[TableStatistics]:
        """Every table of the task."""
        found: list[TableStatistics] = []
        marker: dict[str, Any] = {}
        while True:
            page = self._client.describe_table_statistics(
                ReplicationTaskArn=arn, MaxRecords=500, **marker
            )
            found += [_statistics(entry) for entry in page["TableStatistics"]]
            if not page.get("Marker"):
                return found
            marker = {"Marker": page["Marker"]}

    def test_connection(self, instance: str, endpoint: str) -> None:
        """Ask the replication instance to connect to an endpoint; the result comes later."""
        self._unless_done(
            lambda: self._client.test_connection(
                ReplicationInstanceArn=instance, EndpointArn=endpoint
            )
        )

    def connection(self, instance: str, endpoint: str) -> tuple[str, str]:
        """(status, failure message) of the last test: successful, testing, failed; or empty."""
        try:
            answer = self._client.describe_connections(
                Filters=[
                    {"Name": "endpoint-arn", "Values": [endpoint]},
                    {"Name": "replication-instance-arn", "Values": [instance]},
                ]
            )
        except ClientError as error:
            if _code(error) == "ResourceNotFoundFault":
                return "", ""
            raise
        connections = answer["Connections"]
        if not connections:
            return "", ""
        return connections[0].get("Status", ""), connections[0].get("LastFailureMessage", "")

    def endpoint(self, arn: str) -> dict[str, Any] | None:
        """An endpoint's description, or None."""
        try:
            answer = self._client.describe_endpoints(
                Filters=[{"Name": "endpoint-arn", "Values": [arn]}]
            )
        except ClientError as error:
            if _code(error) == "ResourceNotFoundFault":
                return None
            raise
        return dict(answer["Endpoints"][0]) if answer["Endpoints"] else None

    def instance(self, arn: str) -> dict[str, Any] | None:
        """The replication instance's description, or None."""
        try:
            answer = self._client.describe_replication_instances(
                Filters=[{"Name": "replication-instance-arn", "Values": [arn]}]
            )
        except ClientError as error:
            if _code(error) == "ResourceNotFoundFault":
                return None
            raise
        found = answer["ReplicationInstances"]
        return dict(found[0]) if found else None


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _truth(task: Any) -> TaskTruth:
    stats = task.get("ReplicationTaskStats", {})
    reason = _STOP_REASON.match(str(task.get("StopReason", "")))
    stopped = stats.get("StopDate")
    return TaskTruth(
        arn=task["ReplicationTaskArn"],
        status=task["Status"],
        stop_reason=reason.group(1) if reason else "",
        stop_date=stopped.isoformat() if stopped else "",
        failure=of_replication(str(task.get("LastFailureMessage", ""))),
    )


def _statistics(entry: Any) -> TableStatistics:
    return TableStatistics(
        schema=entry["SchemaName"],
        table=entry["TableName"],
        state=entry.get("TableState", ""),
        validation=entry.get("ValidationState", "Not enabled"),
        rows=int(entry.get("FullLoadRows", 0)),
        error_rows=int(entry.get("FullLoadErrorRows", 0)),
        validation_failed=int(entry.get("ValidationFailedRecords", 0)),
    )
