"""How each recorded change outside the databases is taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from redash_migration.clock import looks
from redash_migration.errors import TransientFailure
from redash_migration.failure_text import words
from redash_migration.host import commands as on_the_host
from redash_migration.record import Record, UndoEntry
from redash_migration.replication.configuration import delete_task
from redash_migration.rollback.door import Door

if TYPE_CHECKING:
    from redash_migration.adapters.dms import Dms
    from redash_migration.adapters.ecs import Ecs
    from redash_migration.adapters.elbv2 import LoadBalancing
    from redash_migration.adapters.ssm import RunCommand
    from redash_migration.function_settings import RollBackSettings

logger = Logger(service="redash-migration", child=True)

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
        settings: RollBackSettings,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._record = record
        self._dms = dms
        self._commands = commands
        self._balancing = balancing
        self._ecs = ecs
        self._settings = settings
        self._directory = settings.compose_directory
        self._sleep = sleep
        self._door = Door(record, balancing, settings, sleep)

    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Action name of an undo entry -> what carries it out."""
        return {
            "set_actions": self._door.set_actions,
            "set_desired": self.set_desired,
            "close_health_rule": self.close_health_rule,
            "delete_task": self.delete_task,
            "stop_proof": self.stop_proof,
            "start_services": self.start_services,
            "stop_services": self.stop_services,
            "unprepare_source": self.unprepare_source,
        }

    def without_the_record(self) -> Mapping[str, Callable[[str], None]]:
        """Action -> what does by itself what an entry is for that can't be believed, by its key."""
        if self._record.direction == "return":
            return {
                "set_actions": lambda _: self._door.lead_to_new_home(),
                "set_desired": self._raise_to_full,
                "stop_services": lambda _: self.stop_services(),
            }
        return {
            "set_actions": lambda _: self._door.lead_to_old_host(),
            "start_services": lambda _: self._start_all(),
        }

    def _raise_to_full(self, service: str) -> None:
        for known in self._settings.services:
            if known.name == service:
                self.set_desired(service, known.count)

    def _start_all(self) -> None:
        """Every part of Redash on the old host, whatever ran there before."""
        self.start_services([on_the_host.EVERY_PART], "")

    def leave_new_home(self, maintenance: list[dict[str, Any]]) -> None:
        """First of all: nobody writes on the new side, and nothing of it comes up any more.

        The door is shut, and every service is asked down at once; their tasks are waited for when
        the old home serves. A service that can't be asked, because its cluster is gone, say, keeps
        nobody from the old home: its entry is tried again in its turn.
        """
        waiting = self._proved_pending()
        self._door.shut([one for one in waiting if one.action == "set_actions"], maintenance)
        for entry in waiting:
            if entry.action == "set_desired":
                self._ask_down(entry.arguments["service"])

    def _ask_down(self, service: str) -> None:
        try:
            if self._ecs.services([service]):
                self._ecs.set_desired(service, 0)
        except Exception as error:
            logger.warning(f"{service} is not asked down yet: {words(error)}")

    def set_desired(self, service: str, count: int) -> None:
        """Bring a service back to its earlier count: to none, those that come or stop gone too,
        or, where a return leads forward again, to all that ran."""
        if service not in self._ecs.services([service]):
            return
        self._ecs.set_desired(service, count)
        for _ in looks(STOPPED_SECONDS, every=0.5, sleep=self._sleep):
            now = self._ecs.services([service]).get(service)
            if now is None or (count and now.running >= count):
                return
            if not (count or now.running or now.pending or self._ecs.stopping(service)):
                return
        raise TransientFailure(f"ECS service {service}: its tasks are not {count} yet")

    def close_health_rule(self, listener: str, target_group: str) -> None:
        """Remove the rule that nobody meets and that got the new servers their health checks."""
        self._balancing.close_health_rule(listener, target_group)

    def delete_task(self, identifier: str) -> None:
        """Stop and delete the replication task, and its slot with it."""
        delete_task(self._dms, identifier, self._sleep)

    def stop_proof(self, started_by: str) -> None:
        """End ProveNewHome's task in the new network, where it still runs."""
        self._ecs.stop_started(started_by)

    def start_services(self, services: list[str], database: str) -> None:
        """Start the old host's containers that ran before; done when Redash itself has answered."""
        self._commands.run(
            on_the_host.start_services(self._directory, database, services),
            comment=f"roll back {self._record.migration_id}: start services",
            seconds=COMMAND_SECONDS,
            unless=self._given_up,
        )

    def _given_up(self, command: str) -> bool:
        """Cancel a start that nobody needs any more."""
        if needless := self._answering_unstopped():
            self._commands.cancel(command)
        return needless

    def dispensable(self, entry: UndoEntry) -> bool:
        """Whether the door need not wait for an entry that fails: a host that takes no commands
        has not stopped its services either. Where that can't be seen, it is tried on."""
        try:
            return entry.action == "start_services" and self._answering_unstopped()
        except Exception as error:
            logger.warning(f"whether the old Redash answers can't be seen: {words(error)}")
            return False

    def _answering_unstopped(self) -> bool:
        """Whether nobody has seen the old services stop, and a target is healthy at the door."""
        stop = self._record.waits.get("StopServices")
        if stop is not None and stop.outcome is not None and stop.outcome.result is not None:
            return False
        return self._door.is_answered(
            one for one in self._proved_pending() if one.action == "set_actions"
        )

    def _proved_pending(self) -> list[UndoEntry]:
        entries = self._record.undo.proved()
        return [one for one in entries if one.state == "PENDING" and not one.forged]

    def stop_services(self) -> None:
        """Stop what a return has started on the old host."""
        self._commands.run(
            on_the_host.stop_services(self._directory),
            comment=f"go forward {self._record.migration_id}: stop services",
            seconds=COMMAND_SECONDS,
        )

    def unprepare_source(self, database: str, role: str) -> None:
        """Take back what made PostgreSQL ready; done when it has answered."""
        self._commands.run(
            on_the_host.unprepare(self._directory, database, role=role),
            comment=f"roll back {self._record.migration_id}: settings of PostgreSQL",
            seconds=COMMAND_SECONDS,
        )
