"""Steps that wait for a command on the old host, and what answers them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redash_migration.failure_text import words
from redash_migration.host.answer import answers
from redash_migration.host.command import CommandTruth, after_command
from redash_migration.host.inspection import PAUSED_FACT, host_report, paused
from redash_migration.host.queues import cut_off, what_stays
from redash_migration.host.schema_dump import schema_part
from redash_migration.record import Record, Wait
from redash_migration.record.wait import Outcome, Resumer

if TYPE_CHECKING:
    from redash_migration.adapters.s3 import Artifacts
    from redash_migration.adapters.ssm import RunCommand
    from redash_migration.host.commands import HostCommand

KINDS = (
    "InspectHost",
    "PrepareSource",
    "DumpSchema",
    "DrainQueues",
    "StopServices",
    "StartOldServices",
)
"""Steps that end with a command."""

LOOK_SECONDS = 1.0
"""How often a step of the write pause asks Run Command by itself."""

REST_SECONDS = 0.25


class HostSteps:
    """Runs a step's command and turns its end into the step's answer."""

    def __init__(
        self, record: Record, commands: RunCommand, artifacts: Artifacts, resumer: Resumer
    ) -> None:
        self._record = record
        self._commands = commands
        self._artifacts = artifacts
        self._resumer = resumer

    def begin(
        self, kind: str, token: str, command: HostCommand, *, seconds: int, part: int = 0
    ) -> None:
        """Store the token, send the command, note the command, look once.

        Looking once closes the race with a command that ended before its id was written down. A
        step that is run again finds the command of its first run and sends another only when that
        one has failed or was never noted.
        """
        wait = self._record.waits.open(kind, token, part=part)
        if wait.resource:
            earlier = after_command(self._commands.look(wait.resource))
            if earlier is None or earlier.result is not None:
                self.answer(wait)
                return
        command_id = self._commands.send(
            command, comment=f"{self._record.migration_id} {kind}", seconds=seconds
        )
        self.answer(self._record.waits.note(wait, resource=command_id))

    def look_until(self, kind: str, seconds: float) -> None:
        """Look every second until the step is answered, by us or by an event.

        An event may be late, and a minute is much for users who wait. Gives up after so many
        seconds; the reconciler goes on looking. The record is asked more often than the service:
        a function that stays must not hold up the state that its step was resumed for.
        """
        rests = int(LOOK_SECONDS / REST_SECONDS)
        for number in range(int(seconds / REST_SECONDS)):
            wait = self._record.waits.get(kind)
            if wait is None or wait.state != "OPEN":
                return
            if number % rests == 0 and self.answer(wait):
                return
            time.sleep(REST_SECONDS)

    def answer(self, wait: Wait) -> bool:
        """Look at the command; resume the step when it has ended. True when it was."""
        if not wait.resource:
            return False
        truth = self._commands.look(wait.resource)
        outcome = after_command(truth)
        if outcome is None or truth is None:
            return False
        if outcome.result is not None:
            outcome = self._kept(wait, truth, outcome)
        return self._record.resume(wait, outcome, self._resumer)

    def _kept(self, wait: Wait, truth: CommandTruth, outcome: Outcome) -> Outcome:
        """Keep what the command said where later steps look for it."""
        if wait.kind == "InspectHost":
            report = host_report(truth.stdout, self._database(), self._record.clock())
            self._record.put_fact("host", report.to_json())
        if wait.kind == "DrainQueues" and "left" in answers(truth.stdout):
            self._record.put_fact(PAUSED_FACT, {"data_sources": paused(truth.stdout)})
            self._record.checks.put(cut_off(truth.stdout))
        if wait.kind == "StopServices":
            self._record.checks.put(what_stays(truth.stdout))
        if wait.kind == "DumpSchema":
            part = int(wait.details["part"])
            try:
                data, parts = schema_part(truth.stdout, part)
            except Exception as error:
                return Outcome.failure(type(error).__name__, words(error))
            self._artifacts.put_bytes(f"schema/part-{part:04d}", data, "text/plain")
            return Outcome.success({"part": part, "parts": parts})
        return outcome

    def _database(self) -> str:
        return str((self._record.fact("source") or {}).get("database", ""))
