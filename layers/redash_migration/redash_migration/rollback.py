"""How each recorded change outside the databases is taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from redash_migration.errors import RollBackIncomplete, TransientFailure
from redash_migration.host import commands as on_the_host
from redash_migration.record import Record
from redash_migration.record.waits import Resumer
from redash_migration.replication.configuration import delete_task

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.adapters.ssm import RunCommand

COMMAND_SECONDS = 300
STOPPED_SECONDS = 240
"""How long ECS may take to end its tasks; ``stopTimeout`` is at most 120 s."""


class Undoing:
    """The undo actions of ``where="aws"``; every one may find its work done already."""

    def __init__(
        self,
        record: Record,
        *,
        dms: Dms,
        commands: RunCommand,
        balancing: LoadBalancing,
        ecs: Ecs,
        directory: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._record = record
        self._dms = dms
        self._commands = commands
        self._balancing = balancing
        self._ecs = ecs
        self._directory = directory
        self._sleep = sleep

    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Action name of an undo entry -> what carries it out."""
        return {
            "set_actions": self.set_actions,
            "set_desired": self.set_desired,
            "close_probe": self.close_probe,
            "delete_task": self.delete_task,
            "start_services": self.start_services,
            "unprepare_source": self.unprepare_source,
        }

    def set_actions(
        self, listener: str, rule: str, actions: list[dict[str, Any]], reopens: bool
    ) -> None:
        """Put the listener's earlier actions back."""
        self._balancing.set_actions(listener, rule, actions)
        if reopens:
            self._record.milestone("reopened")

    def set_desired(self, service: str, count: int) -> None:
        """Bring a service back to its earlier count, and see its tasks gone."""
        if service not in self._ecs.services([service]):
            return
        self._ecs.set_desired(service, count)
        for _ in range(STOPPED_SECONDS * 2):
            now = self._ecs.services([service]).get(service)
            if now is None or now.running <= count:
                return
            self._sleep(0.5)
        raise TransientFailure(f"ECS service {service}: tasks still run")

    def close_probe(self, listener: str, target_group: str) -> None:
        """Remove the rule that nobody meets and that got the new servers their health checks."""
        self._balancing.close_probe(listener, target_group)

    def delete_task(self, identifier: str) -> None:
        """Stop and delete the replication task, and its slot with it."""
        delete_task(self._dms, identifier, self._sleep)

    def start_services(self, services: list[str], database: str) -> None:
        """Start the old host's containers that ran before; done when Redash itself has answered."""
        self._commands.run(
            on_the_host.start_services(self._directory, database, services),
            comment=f"{self._record.migration_id} roll back: start services",
            seconds=COMMAND_SECONDS,
        )

    def unprepare_source(self, database: str, role: str) -> None:
        """Take back what made PostgreSQL ready; done when it has answered."""
        self._commands.run(
            on_the_host.unprepare(self._directory, database, role=role),
            comment=f"{self._record.migration_id} roll back: settings of PostgreSQL",
            seconds=COMMAND_SECONDS,
        )


def close_waits(record: Record, resumer: Resumer) -> None:
    """Nothing may answer a wait of a migration that is being taken back."""
    for wait in record.waits.all():
        if wait.state == "SETTLED":
            record.deliver(wait.kind, resumer)
        elif wait.state == "OPEN":
            record.waits.close(wait)


def finish(record: Record) -> None:
    """Note the end of a replay; RollBackIncomplete names what could not be taken back."""
    failed = [entry for entry in record.undo.all() if entry.state == "FAILED"]
    if failed:
        raise RollBackIncomplete(
            "; ".join(
                f"{entry.action} {entry.key}: {entry.error} (do it by hand: {entry.arguments})"
                for entry in failed
            )[:4000]
        )
    record.milestone("rolled_back")
    record.audit("rolled_back")
