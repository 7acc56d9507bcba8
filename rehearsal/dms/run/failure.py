"""How a run ends against its will."""

from __future__ import annotations


class TaskFailure(Exception):
    """The task fails: its message, and the reason and level that DMS writes behind it."""

    def __init__(self, message: str, *, recoverable: bool = False) -> None:
        super().__init__(message)
        self.reason = "RECOVERABLE_ERROR" if recoverable else "FATAL_ERROR"
        self.level = "RECOVERABLE" if recoverable else "FATAL"

    @property
    def stop_reason(self) -> str:
        """StopReason of DescribeReplicationTasks."""
        return f"Stop Reason {self.reason} Error Level {self.level}"

    @property
    def last_failure_message(self) -> str:
        """LastFailureMessage of DescribeReplicationTasks, and the message of the event."""
        return f"Last Error  {self} {self.stop_reason}"
