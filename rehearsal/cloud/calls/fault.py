"""What a rehearsal can break on purpose: one AWS call, or one invocation of a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "kill", "kill_after", "time_out", "twice"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to break; made by the class methods, which say what each does."""

    kind: Kind
    code: str = ""
    message: str = ""
    status: int = 400
    seconds: float = 0.0

    @classmethod
    def throttle(cls) -> Fault:
        """Refuse the call or the invocation as AWS does above a rate limit."""
        return cls("error", "ThrottlingException", "Rate exceeded", 400)

    @classmethod
    def error(cls, code: str, message: str = "made to fail", status: int = 400) -> Fault:
        """Answer the call, or end the invocation, with this error; nothing is carried out."""
        return cls("error", code, message, status)

    @classmethod
    def kill(cls, after_seconds: float = 0.0) -> Fault:
        """Kill the function's process.

        For a call: before it is carried out. For an invocation: so long after it began.
        """
        return cls("kill", seconds=after_seconds)

    @classmethod
    def kill_after(cls) -> Fault:
        """Carry the AWS call out, then kill the calling process before it hears the answer."""
        return cls("kill_after")

    @classmethod
    def time_out(cls) -> Fault:
        """Let the invocation run into its time limit at once."""
        return cls("time_out")

    @classmethod
    def twice(cls) -> Fault:
        """Run the invocation, then run it again with the same event; the second answer counts."""
        return cls("twice")
