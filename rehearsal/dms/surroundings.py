"""What a task finds around it: its endpoints, the account's secrets, the bus, CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from moto.cloudwatch.models import cloudwatch_backends
from moto.dms.models import dms_backends
from moto.secretsmanager.models import secretsmanager_backends

from rehearsal.dms.databases.endpoint import Database, database_of
from rehearsal.dms.events import EventSender
from rehearsal.dms.faults import ResourceNotFound
from rehearsal.dms.metrics import Metrics
from rehearsal.dms.server_log import ServerLog
from rehearsal.dms.task.task import ReplicationTask

FindLog = Callable[[Database], Path | None]
"""The server log of a database, where it can be read."""


class Cloud(Protocol):
    """What this package needs of the stand-in for AWS."""

    def emit(
        self, *, source: str, detail_type: str, detail: dict[str, Any], resources: list[str]
    ) -> Any:
        """Put an event on the account's default bus."""
        ...


class Surroundings:
    """The account and region of one DMS stand-in."""

    def __init__(
        self,
        sender: EventSender,
        account: str,
        region: str,
        *,
        server_log: FindLog | None = None,
        retry_interval_seconds: float | None = None,
    ) -> None:
        self._sender = sender
        self._account = account
        self._region = region
        self._find_log = server_log
        self.retry_interval_seconds = retry_interval_seconds
        self.reached: Callable[[Database], Database] = lambda database: database
        """How this process gets to a database, where that is not as its endpoint says."""

    @property
    def backend(self) -> Any:
        """moto's DMS of this account and region."""
        return dms_backends[self._account][self._region]

    def endpoint(self, arn: str) -> Any:
        """moto's endpoint; raises ResourceNotFound."""
        for endpoint in self.backend.endpoints.values():
            if endpoint.endpoint_arn == arn:
                return endpoint
        raise ResourceNotFound(f"Endpoint {arn} not found.")

    def instance(self, arn: str) -> Any:
        """moto's replication instance; raises ResourceNotFound."""
        found = self.backend.replication_instances.get(arn)
        if found is None:
            raise ResourceNotFound(f"Replication instance {arn} not found.")
        return found

    def database(self, endpoint_arn: str) -> Database:
        """The database of an endpoint; raises UnknownAddress or what the secret store says."""
        return self.reached(database_of(self.endpoint(endpoint_arn), self._read_secret))

    def databases(self, task: ReplicationTask) -> tuple[Database, Database]:
        """Source and target of a task."""
        return self.database(task.source_arn), self.database(task.target_arn)

    def _read_secret(self, secret: str) -> str:
        backend = secretsmanager_backends[self._account][self._region]
        return str(backend.get_secret_value(secret, "", "")["SecretString"])

    def announce(self, task: ReplicationTask, kind: str, message: str) -> None:
        """Post an event of a task."""
        self._sender.post(kind, message, arn=task.arn, identifier=task.identifier)

    def metrics(self, task: ReplicationTask) -> Metrics:
        """Where a run of the task puts its metrics."""
        instance = self.backend.replication_instances.get(task.instance_arn)
        return Metrics(self._put_metrics, instance.id if instance else "", task.resource)

    def _put_metrics(self, namespace: str, data: list[dict[str, Any]]) -> None:
        cloudwatch_backends[self._account][self._region].put_metric_data(namespace, data)

    def after_connect_script(self, task: ReplicationTask) -> str:
        """What the service runs first in its sessions on the target."""
        endpoint = self.endpoint(task.target_arn)
        settings = endpoint.postgre_sql_settings or {}
        extra = endpoint.extra_connection_attributes
        return f"{settings.get('AfterConnectScript') or ''} {extra or ''}"

    def heartbeat_seconds(self, task: ReplicationTask) -> float | None:
        """How often the source is to be written to, or None."""
        settings = self.endpoint(task.source_arn).postgre_sql_settings or {}
        if not settings.get("HeartbeatEnable"):
            return None
        return 60.0 * float(settings.get("HeartbeatFrequency") or 5)

    def server_log(self, target: Database) -> ServerLog:
        """The target's log from now on, as far as it can be read."""
        return ServerLog(self._find_log(target) if self._find_log else None)
