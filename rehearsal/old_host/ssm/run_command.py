"""SSM Run Command that runs: put into moto's SSM in place of its pretence."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from typing import Any, Protocol

from moto.ssm.exceptions import SSMException

from rehearsal.cloud.backends import ACCOUNT, DEFAULT_REGION, backend
from rehearsal.old_host.ssm.api import Command, add_operations
from rehearsal.old_host.ssm.document import ParametersRefused, shell_parameters
from rehearsal.old_host.ssm.invocation import TERMINAL, Invocation, Script
from rehearsal.timing import clock

DELIVERY_SECONDS = 0.1
"""How long a command is on its way; until half of it, it has no invocation yet."""

SHELL_DOCUMENT = "AWS-RunShellScript"


class EventBus(Protocol):
    """What takes an EventBridge event."""

    def emit(
        self, *, source: str, detail_type: str, detail: dict[str, Any], resources: list[str]
    ) -> object:
        """Hand an event to the rules, at once or later."""


class RunCommand:
    """Run Command for one instance.

    ``directory`` is where scripts run that name no workingDirectory; ``environment`` is theirs.
    """

    def __init__(
        self,
        events: EventBus,
        instance_id: str,
        directory: Path,
        environment: Mapping[str, str],
        region: str = DEFAULT_REGION,
    ) -> None:
        self._events = events
        self._instance_id = instance_id
        self._directory = directory
        self._environment = environment
        self._region = region
        self._invocations: dict[str, Invocation] = {}
        self._visible_at: dict[str, float] = {}
        self.online = True
        self.silent = False
        """The agent has died and is told as online for some minutes yet: commands are taken and
        never delivered (AWS Systems Manager User Guide, "Understanding command statuses")."""

    def install(self) -> None:
        """Answer SSM's calls from here on: the two that moto lacks included."""
        ssm = backend("ssm", self._region)
        ssm.send_command = self.send
        ssm.get_command_invocation = self.get
        ssm.list_commands = self.listed
        ssm.cancel_command = self.cancel
        ssm.describe_instance_information = self.instances
        add_operations()

    def stop(self) -> None:
        """End the scripts that still run."""
        for invocation in list(self._invocations.values()):
            if invocation.status not in TERMINAL:
                invocation.cancel()

    def send(self, **request: Any) -> Command:
        """SendCommand: the document must exist, the instance be known and online."""
        document = request["document_name"]
        if document != SHELL_DOCUMENT and document not in self._documents():
            raise SSMException("InvalidDocument", f"{document} does not exist")
        named = list(request["instance_ids"] or [])
        for target in request["targets"] or []:
            if target["Key"] == "InstanceIds":
                named += target["Values"]
        for instance in named:
            if instance != self._instance_id or not self.online:
                raise SSMException(
                    "InvalidInstanceId", f"Instances [[{instance}]] not in a valid state"
                )
        if not named:
            raise SSMException("InvalidInstanceId", "No instances named")
        parameters = request["parameters"] or {}
        script = self._script(document, parameters)
        invocation = Invocation(
            self._instance_id, document, parameters, request["comment"] or "", self._tell, script
        )
        self._invocations[invocation.command_id] = invocation
        if self.silent:
            # Taken, shown as pending, and given up when its time for the delivery is over.
            late = Timer(float(request.get("timeout_seconds") or 3600), invocation.undelivered)
            late.daemon = True
            late.start()
            self._visible_at[invocation.command_id] = 0.0
            return Command(invocation)
        seconds = clock().seconds("run_command.dispatch", DELIVERY_SECONDS)
        self._visible_at[invocation.command_id] = time.monotonic() + seconds / 2
        delivery = Timer(seconds, invocation.start, [self._directory, self._environment])
        delivery.daemon = True
        delivery.start()
        return Command(invocation)

    def _documents(self) -> dict[str, str]:
        """Name -> content of the documents that the account has of its own."""
        known = backend("ssm", self._region)._documents
        return {name: documents.get_default_version().content for name, documents in known.items()}

    def _script(self, document: str, parameters: Mapping[str, list[str]]) -> Script:
        if document == SHELL_DOCUMENT:
            if not parameters.get("commands"):
                raise SSMException("InvalidParameters", "commands is missing")
            seconds = parameters.get("executionTimeout", ["3600"])[0]
            return Script(parameters["commands"], float(seconds))
        try:
            lines, timeout = shell_parameters(self._documents()[document], parameters)
        except ParametersRefused as refused:
            raise SSMException("InvalidParameters", str(refused)) from refused
        return Script(lines, float(timeout))

    def get(self, command_id: str, instance_id: str, plugin: str | None) -> dict[str, Any]:
        """GetCommandInvocation: a command that was just sent has none yet."""
        found = self._invocations.get(command_id)
        if found is None:
            raise SSMException("InvalidCommandId", "Invalid command id.")
        visible = time.monotonic() >= self._visible_at[command_id]
        known = found.instance_id == instance_id and plugin in {None, "aws:runShellScript"}
        if not visible or not known:
            raise SSMException("InvocationDoesNotExist", "The invocation does not exist")
        return found.described()

    def listed(self, command_id: str | None, instance_id: str | None) -> list[Command]:
        """ListCommands, newest first; refused for an instance whose agent is gone."""
        if instance_id == self._instance_id and not self.online:
            raise SSMException("InvalidInstanceId", "The agent isn't running.")
        found = [
            invocation
            for invocation in self._invocations.values()
            if command_id in {None, invocation.command_id}
            and instance_id in {None, invocation.instance_id}
        ]
        return [Command(invocation) for invocation in reversed(found)]

    def cancel(self, command_id: str) -> None:
        """CancelCommand: ends the script."""
        found = self._invocations.get(command_id)
        if found is None:
            raise SSMException("InvalidCommandId", "Invalid command id.")
        if found.status not in TERMINAL:
            found.cancel()

    def instances(self) -> list[dict[str, Any]]:
        """DescribeInstanceInformation: the agent of the one instance."""
        return [
            {
                "InstanceId": self._instance_id,
                "PingStatus": "Online" if self.online else "ConnectionLost",
                "LastPingDateTime": int(time.time()),
                "AgentVersion": "3.3.1611.0",
                "IsLatestVersion": True,
                "PlatformType": "Linux",
                "PlatformName": "Ubuntu",
                "PlatformVersion": "22.04",
                "ResourceType": "EC2Instance",
            }
        ]

    def _tell(self, invocation: Invocation) -> None:
        shared = {
            "command-id": invocation.command_id,
            "document-name": invocation.document,
            "requested-date-time": invocation.requested_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "status": invocation.status,
        }
        resources = [f"arn:aws:ec2:{self._region}:{ACCOUNT}:instance/{invocation.instance_id}"]
        self._events.emit(
            source="aws.ssm",
            detail_type="EC2 Command Invocation Status-change Notification",
            detail={**shared, "instance-id": invocation.instance_id},
            resources=resources,
        )
        self._events.emit(
            source="aws.ssm",
            detail_type="EC2 Command Status-change Notification",
            detail={**shared, "parameters": dict(invocation.parameters)},
            resources=resources,
        )
