"""What stands in for AWS DMS: its API on moto's server, PostgreSQL's own replication behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dms.responses import DatabaseMigrationServiceResponse

from rehearsal.dms.api.calls import Api
from rehearsal.dms.api.connections import ConnectionTests
from rehearsal.dms.api.service import TaskService
from rehearsal.dms.events import EventSender
from rehearsal.dms.run.disturbance import Disturbance
from rehearsal.dms.surroundings import Cloud, FindLog, Surroundings
from rehearsal.dms.task.task import ReplicationTask


class DmsStandIn:
    """AWS DMS of one account and region, in this process.

    ``cloud`` gives ``emit()``, and ``region`` and ``account`` where it has them. ``server_log``
    finds the server log of a database, so that failures speak with PostgreSQL's words; without it
    they only say that a worker failed. ``retry_interval_seconds`` goes before the task setting
    RecoverableErrorInterval. Its faults on purpose are in ``disturbance``.

    The databases' servers must be set up for it: wal_level=logical, slots and senders for each
    table copied at the same time on the source; max_logical_replication_workers and
    max_sync_workers_per_subscription on the target.
    """

    def __init__(
        self,
        cloud: Cloud,
        directory: Path | None = None,
        *,
        server_log: FindLog | None = None,
        retry_interval_seconds: float | None = None,
    ) -> None:
        self.directory = directory
        self.disturbance = Disturbance()
        region = str(getattr(cloud, "region", "ap-northeast-1"))
        account = str(getattr(cloud, "account", DEFAULT_ACCOUNT_ID))
        self._sender = EventSender(cloud.emit, region, self.disturbance.withheld_events)
        surroundings = self.surroundings = Surroundings(
            self._sender,
            account,
            region,
            server_log=server_log,
            retry_interval_seconds=retry_interval_seconds,
        )
        tests = ConnectionTests(surroundings)
        self._service = TaskService(
            surroundings, tests, self.disturbance, f"arn:aws:dms:{region}:{account}"
        )
        self._api = Api(self._service, tests, surroundings)
        self._replaced: dict[str, Any] = {}

    def install(self) -> DmsStandIn:
        """Answer the calls of moto's DMS from now on. moto dispatches by the method's name."""
        for name in (name for name in vars(Api) if not name.startswith("_")):
            self._replaced[name] = vars(DatabaseMigrationServiceResponse).get(name)
            setattr(DatabaseMigrationServiceResponse, name, _method(getattr(self._api, name)))
        return self

    def stop(self) -> None:
        """Give moto its own methods back; end every thread. The databases keep what they have."""
        self._service.abandon()
        self._sender.stop()
        for name, method in self._replaced.items():
            if method is None:
                delattr(DatabaseMigrationServiceResponse, name)
            else:
                setattr(DatabaseMigrationServiceResponse, name, method)
        self._replaced.clear()

    @property
    def tasks(self) -> list[ReplicationTask]:
        """Every task, for live displays and tests."""
        return self._service.tasks()


def _method(call: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], str]:
    def method(response: Any) -> str:
        return json.dumps(call(json.loads(response.body or "{}")))

    return method
