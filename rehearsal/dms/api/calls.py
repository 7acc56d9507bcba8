"""The calls of the DMS API that are answered here instead of by moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.dms.api.connections import Connection, ConnectionTests
from rehearsal.dms.api.paging import filtered, page
from rehearsal.dms.api.service import TaskService
from rehearsal.dms.faults import InvalidParameterValue, InvalidResourceState, ResourceNotFound
from rehearsal.dms.surroundings import Surroundings
from rehearsal.dms.task.statistics import TableStatistics
from rehearsal.dms.task.task import ReplicationTask

Params = dict[str, Any]

_TASK_FILTERS: dict[str, Callable[[ReplicationTask], list[str]]] = {
    "replication-task-arn": lambda task: [task.arn],
    "replication-task-id": lambda task: [task.identifier],
    "migration-type": lambda task: [task.migration_type],
    "endpoint-arn": lambda task: [task.source_arn, task.target_arn],
    "replication-instance-arn": lambda task: [task.instance_arn],
}
_TABLE_FILTERS: dict[str, Callable[[TableStatistics], list[str]]] = {
    "schema-name": lambda table: [table.name[0]],
    "table-name": lambda table: [table.name[1]],
    "table-state": lambda table: [table.state],
}
_CONNECTION_FILTERS: dict[str, Callable[[Connection], list[str]]] = {
    "endpoint-arn": lambda found: [found.endpoint_arn],
    "replication-instance-arn": lambda found: [found.instance_arn],
}
_ENDPOINT_FILTERS: dict[str, Callable[[Any], list[str]]] = {
    "endpoint-arn": lambda endpoint: [endpoint.endpoint_arn],
    "endpoint-type": lambda endpoint: [endpoint.endpoint_type],
    "endpoint-id": lambda endpoint: [endpoint.endpoint_identifier],
    "engine-name": lambda endpoint: [endpoint.engine_name],
}
_INSTANCE_FILTERS: dict[str, Callable[[Any], list[str]]] = {
    "replication-instance-arn": lambda instance: [instance.arn],
    "replication-instance-id": lambda instance: [instance.id],
    "replication-instance-class": lambda instance: [instance.replication_instance_class],
    "engine-version": lambda instance: [instance.engine_version or ""],
}

_ENDPOINT_FIELDS = {
    "EndpointIdentifier": "endpoint_identifier",
    "EngineName": "engine_name",
    "Username": "username",
    "Password": "password",
    "ServerName": "server_name",
    "Port": "port",
    "DatabaseName": "database_name",
    "ExtraConnectionAttributes": "extra_connection_attributes",
    "CertificateArn": "certificate_arn",
    "SslMode": "ssl_mode",
    "ServiceAccessRoleArn": "service_access_role_arn",
}


class Api:
    """One method a call, in snake case; each takes the request and gives the response."""

    def __init__(
        self, service: TaskService, tests: ConnectionTests, surroundings: Surroundings
    ) -> None:
        self._service = service
        self._tests = tests
        self._surroundings = surroundings

    def create_replication_task(self, params: Params) -> Params:
        """A task in state ``creating``, with its tags."""
        task = self._service.create(params)
        if params.get("Tags"):
            self._surroundings.backend.tagger.tag_resource(task.arn, params["Tags"])
        return {"ReplicationTask": task.to_dict()}

    def modify_replication_task(self, params: Params) -> Params:
        """Other settings for a task that does not run."""
        return {"ReplicationTask": self._service.modify(params).to_dict()}

    def start_replication_task(self, params: Params) -> Params:
        """A fresh start, or a resumed one, by ``StartReplicationTaskType``."""
        return {"ReplicationTask": self._service.start(params).to_dict()}

    def stop_replication_task(self, params: Params) -> Params:
        """The task on its way to ``stopped``."""
        return {"ReplicationTask": self._service.stop(params).to_dict()}

    def delete_replication_task(self, params: Params) -> Params:
        """The task on its way out; its databases are left tidy."""
        return {"ReplicationTask": self._service.delete(params).to_dict()}

    def describe_replication_tasks(self, params: Params) -> Params:
        """A page of the tasks that the filters let through."""
        found = filtered(self._service.tasks(), params.get("Filters"), _TASK_FILTERS)
        if params.get("Filters") and not found:
            raise ResourceNotFound("No Tasks found matching provided filters")
        tasks, marker = page(found, params, most=100)
        plain = not params.get("WithoutSettings")
        return _paged(
            {"ReplicationTasks": [task.to_dict(with_settings=plain) for task in tasks]}, marker
        )

    def describe_table_statistics(self, params: Params) -> Params:
        """A page of a task's tables."""
        task = self._service.task(params["ReplicationTaskArn"])
        with task.lock:
            tables = [task.tables[name] for name in sorted(task.tables)]
            found = filtered(tables, params.get("Filters"), _TABLE_FILTERS)
            entries, marker = page([table.to_dict() for table in found], params, most=500)
        return _paged({"ReplicationTaskArn": task.arn, "TableStatistics": entries}, marker)

    def test_connection(self, params: Params) -> Params:
        """A connection test begun; ``describe_connections`` tells how it went."""
        found = self._tests.test(params["ReplicationInstanceArn"], params["EndpointArn"])
        return {"Connection": found.to_dict()}

    def describe_connections(self, params: Params) -> Params:
        """A page of the connection tests."""
        found = filtered(self._tests.all(), params.get("Filters"), _CONNECTION_FILTERS)
        if params.get("Filters") and not found:
            raise ResourceNotFound("No Connections found matching provided filters")
        connections, marker = page(found, params, most=100)
        return _paged({"Connections": [entry.to_dict() for entry in connections]}, marker)

    def describe_endpoints(self, params: Params) -> Params:
        """A page of the endpoints, which are moto's."""
        endpoints = list(self._surroundings.backend.endpoints.values())
        found = filtered(endpoints, params.get("Filters"), _ENDPOINT_FILTERS)
        if params.get("Filters") and not found:
            raise ResourceNotFound("No Endpoints found matching provided filters")
        endpoints, marker = page(found, params, most=100)
        return _paged({"Endpoints": [_described(endpoint) for endpoint in endpoints]}, marker)

    def modify_endpoint(self, params: Params) -> Params:
        """An endpoint with other fields; its connection tests are void."""
        endpoint = self._surroundings.endpoint(params["EndpointArn"])
        for task in self._service.tasks():
            if endpoint.endpoint_arn in {task.source_arn, task.target_arn} and task.status in {
                "starting",
                "running",
                "stopping",
            }:
                raise InvalidResourceState(
                    f"Endpoint {endpoint.endpoint_identifier} is used by the replication task"
                    f" {task.identifier}, which is {task.status}."
                )
        settings = params.get("PostgreSQLSettings")
        if settings is not None:
            kept = {} if params.get("ExactSettings") else endpoint.postgre_sql_settings or {}
            endpoint.postgre_sql_settings = {**kept, **settings}
        for name, attribute in _ENDPOINT_FIELDS.items():
            if params.get(name) is not None:
                setattr(endpoint, attribute, params[name])
        self._tests.forget(endpoint.endpoint_arn)
        return {"Endpoint": _described(endpoint)}

    def describe_replication_instances(self, params: Params) -> Params:
        """A page of the instances, which are moto's."""
        instances = list(self._surroundings.backend.replication_instances.values())
        found = filtered(instances, params.get("Filters"), _INSTANCE_FILTERS)
        if params.get("Filters") and not found:
            raise ResourceNotFound("No Instances found matching provided filters")
        for instance in found:
            instance.advance()
        instances, marker = page(found, params, most=100)
        described = [_without_none(instance.to_dict()) for instance in instances]
        return _paged({"ReplicationInstances": described}, marker)

    def reload_tables(self, params: Params) -> Params:
        """Tables loaded or validated anew, by ``ReloadOption``."""
        option = params.get("ReloadOption") or "data-reload"
        if option not in {"data-reload", "validate-only"}:
            raise InvalidParameterValue(f"ReloadOption {option!r} is unknown.")
        names = [(t["SchemaName"], t["TableName"]) for t in params["TablesToReload"]]
        return {
            "ReplicationTaskArn": self._service.reload_tables(
                params["ReplicationTaskArn"], names, option
            ).arn
        }


def _described(endpoint: Any) -> Params:
    """An endpoint without its passwords, as the service shows it."""
    found = _without_none(endpoint.to_dict())
    found["Status"] = "active"
    settings = found.get("PostgreSQLSettings")
    if settings:
        found["PostgreSQLSettings"] = {k: v for k, v in settings.items() if k != "Password"}
    return found


def _without_none(found: Params) -> Params:
    return {key: value for key, value in found.items() if value is not None}


def _paged(response: Params, marker: str | None) -> Params:
    return {**response, "Marker": marker} if marker else response
