"""Amazon CloudWatch Logs: what a task of the new home has written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_logs.client import CloudWatchLogsClient

PAGES = 20
"""Of at most a megabyte each; the proof writes a few kilobytes."""


class Logs:
    """Log streams, read from their beginning."""

    def __init__(self, client: CloudWatchLogsClient) -> None:
        self._client = client

    def lines(self, group: str, stream: str) -> list[str]:
        """Every line of a stream; none while there is no such stream."""
        found: list[str] = []
        position = ""
        for _ in range(PAGES):
            more = {"nextToken": position} if position else {}
            try:
                answer = self._client.get_log_events(
                    logGroupName=group,
                    logStreamName=stream,
                    startFromHead=True,
                    **more,  # type: ignore[arg-type]
                )
            except ClientError as error:
                if error.response["Error"]["Code"] == "ResourceNotFoundException":
                    return found
                raise
            found += [event.get("message", "") for event in answer.get("events", [])]
            if answer.get("nextForwardToken", "") in {"", position}:
                break
            position = answer["nextForwardToken"]
        return found
