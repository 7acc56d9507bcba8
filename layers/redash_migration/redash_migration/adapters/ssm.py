"""AWS Systems Manager Run Command on the one source host."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from redash_migration.errors import CommandFailed
from redash_migration.host.command import PENDING, CommandTruth, ended_badly

if TYPE_CHECKING:
    from types_boto3_ssm.client import SSMClient

    from redash_migration.host.commands import HostCommand

POLL_SECONDS = 0.5


class RunCommand:
    """Runs the actions of one document on one instance."""

    def __init__(self, client: SSMClient, instance_id: str, document: str = "") -> None:
        self._client = client
        self._instance = instance_id
        self._document = document

    def send(self, command: HostCommand, *, comment: str, seconds: int) -> str:
        """Start an action that may run so many seconds; returns the command's id.

        ``TimeoutSeconds`` of the call bounds the delivery only, that of the document the run.
        """
        answer = self._client.send_command(
            InstanceIds=[self._instance],
            DocumentName=self._document,
            Comment=comment[:100],
            TimeoutSeconds=60,
            Parameters=command.to_parameters(seconds),
        )
        return str(answer["Command"]["CommandId"])

    def look(self, command_id: str) -> CommandTruth | None:
        """The command as it is now; None while Run Command does not know it on the instance."""
        try:
            answer = self._client.get_command_invocation(
                CommandId=command_id, InstanceId=self._instance
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvocationDoesNotExist":
                return None
            raise
        return CommandTruth(
            command_id=command_id,
            status=answer["Status"],
            stdout=answer.get("StandardOutputContent", ""),
            stderr=answer.get("StandardErrorContent", ""),
        )

    def unended(self, beginning: str) -> list[str]:
        """Ids of the commands on the instance that have not ended and whose comment begins so.

        None of an instance that Run Command does not know any more: nothing can be asked of it.
        """
        found: list[str] = []
        start: dict[str, Any] = {}
        while True:
            try:
                page = self._client.list_commands(InstanceId=self._instance, **start)
            except ClientError as error:
                _demand_unknown(error)
                return found
            found += [
                command["CommandId"]
                for command in page["Commands"]
                if command.get("Comment", "").startswith(beginning) and command["Status"] in PENDING
            ]
            if "NextToken" not in page:
                return found
            start = {"NextToken": page["NextToken"]}

    def cancel(self, command_id: str) -> None:
        """Ask for a command's end; it may go on for a while, so look until it has ended."""
        try:
            self._client.cancel_command(CommandId=command_id, InstanceIds=[self._instance])
        except ClientError as error:
            _demand_unknown(error)

    def run(
        self,
        command: HostCommand,
        *,
        comment: str,
        seconds: int,
        unless: Callable[[str], bool] = lambda _: False,
    ) -> CommandTruth:
        """Start an action and wait for its end; CommandFailed unless it succeeds in time.

        ``unless`` is asked with the command's id while it is waited for: true ends the wait, with
        CommandFailed as well.
        """
        command_id = self.send(command, comment=comment, seconds=seconds)
        deadline = time.monotonic() + seconds + 60
        while time.monotonic() < deadline:
            truth = self.look(command_id)
            if truth is not None and truth.status not in PENDING:
                if truth.status == "Success":
                    return truth
                raise CommandFailed(f"{comment}: {ended_badly(truth)}")
            if unless(command_id):
                raise CommandFailed(f"{comment}: not waited for now (command {command_id})")
            time.sleep(POLL_SECONDS)
        raise CommandFailed(f"{comment}: no end within {seconds} s (command {command_id})")


def _demand_unknown(error: ClientError) -> None:
    """Raise anything but that the instance is terminated or its agent gone (AWS Systems Manager API
    Reference, InvalidInstanceId): a way back must not wait for a host that is not there."""
    if error.response["Error"]["Code"] != "InvalidInstanceId":
        raise error
