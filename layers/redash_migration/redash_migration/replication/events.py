"""Reading an EventBridge event: which resource it speaks of. The rest of it is only a hint."""

from __future__ import annotations

from typing import Any


def task_arns(event: Any) -> list[str]:
    """The replication tasks that a "DMS Replication Task State Change" names; [] for any other."""
    if not isinstance(event, dict) or event.get("source") != "aws.dms":
        return []
    resources = event.get("resources")
    if not isinstance(resources, list):
        return []
    return [arn for arn in resources if isinstance(arn, str) and ":task:" in arn]


def command_id(event: Any) -> str:
    """The command an "EC2 Command ... Status-change Notification" names; empty for any other."""
    if not isinstance(event, dict) or event.get("source") != "aws.ssm":
        return ""
    detail = event.get("detail")
    found = detail.get("command-id") if isinstance(detail, dict) else None
    return found if isinstance(found, str) else ""
