"""SSM's structures and the two operations that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.responses import SimpleSystemManagerResponse

from rehearsal.old_host.ssm.invocation import TERMINAL, Invocation


def add_operations() -> None:
    """Let moto's SSM answer CancelCommand and DescribeInstanceInformation by its backend."""
    SimpleSystemManagerResponse.cancel_command = _cancel_command
    SimpleSystemManagerResponse.describe_instance_information = _describe_instance_information


class Command:
    """A command as SendCommand and ListCommands show it."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def response_object(self) -> dict[str, Any]:
        """The Command structure."""
        ended = self._invocation.status in TERMINAL
        failed = ended and self._invocation.status != "Success"
        return {
            "CommandId": self._invocation.command_id,
            "DocumentName": self._invocation.document,
            "Comment": self._invocation.comment,
            "Parameters": dict(self._invocation.parameters),
            "InstanceIds": [self._invocation.instance_id],
            "RequestedDateTime": self._invocation.requested_at.timestamp(),
            "Status": self._invocation.status,
            "StatusDetails": self._invocation.status,
            "TargetCount": 1,
            "CompletedCount": int(ended),
            "ErrorCount": int(failed),
        }


def _cancel_command(response: Any) -> ActionResult:
    response.ssm_backend.cancel_command(response._get_param("CommandId"))
    return ActionResult({})


def _describe_instance_information(response: Any) -> ActionResult:
    wanted = [
        value
        for condition in (response._get_param("Filters") or [])
        if condition["Key"] == "InstanceIds"
        for value in condition["Values"]
    ]
    found = response.ssm_backend.describe_instance_information()
    listed = [node for node in found if not wanted or node["InstanceId"] in wanted]
    return ActionResult({"InstanceInformationList": listed})
