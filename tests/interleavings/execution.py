"""One execution of the state machine, and the way from state to state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.interleavings.actors import Actor

ORDER = (
    "CopySchema",
    "StartTarget",
    "StopServices",
    "FenceSource",
    "RestoreTable",
    "SwitchTraffic",
    "Confirm",
)
HOME = (
    "EndReplication",
    "CloseNewHome",
    "FenceTarget",
    "CarryRest",
    "OpenSource",
    "StartOldServices",
    "SwitchBack",
)
LEADING = ("GoForward", "GoForwardDatabase")
BY_MODE = {"roll-back": "RollBack", "return": "GoForward", "finish": "CleanUp", "": ORDER[0]}
ASKING = {"roll-back": "MeasureCutover", "finish": "GoForward"}
"""By mode, where Begin says that people are to be asked first."""
BY_ANSWER = {
    "GoForward": {"database": "GoForwardDatabase", "aws": "GoForward", "home": "RollBack"},
    "RollBack": {"database": "RollBackDatabase", "aws": "RollBack"},
}
ALWAYS = {
    **dict(pairwise(ORDER)),
    **dict(pairwise((*HOME, "RollBack"))),
    "GoForwardDatabase": "GoForward",
    "SwitchOnceMore": "CleanUp",
    "RollBackDatabase": "RollBack",
    "CleanUp": "Report",
    "Report": "",
    "Confirm": "Confirm",
}


@dataclass
class Execution:
    """One execution: where it is, and the function that it waits for."""

    arn: str
    migration: str
    given: dict[str, Any]
    state: str = "Begin"
    entered: str = ""
    """Since when it has been in this state."""
    status: str = "RUNNING"
    told: str = "RUNNING"
    """What DescribeExecution says: it may lag behind."""
    actor: Actor | None = None
    answer: Any = None
    tries: int = 0
    changed: datetime = datetime(2026, 1, 31, 2, tzinfo=UTC)
    """When it was started, redriven or ended last."""
    told_at: int = 0
    """The move since which DescribeExecution says what it says."""
    previous: str = ""
    """The migration that it took the place of."""
    acted: bool = False
    """Whether a step of it was let in since it was started or redriven."""
    token: str = ""
    """Of the question, once it was asked."""
    doubt: bool = False
    """Whether nobody has seen the switch made."""

    def following(self) -> str:
        """The state that its function's answer leads to; empty after the last one."""
        if self.state == "Begin":
            leads = {**BY_MODE, **ASKING} if self.answer else BY_MODE
            return leads[str(self.given.get("mode", ""))]
        if self.state in BY_ANSWER:
            done = "MeasureCutover" if self.state == "GoForward" else "Report"
            return BY_ANSWER[self.state].get(self.answer, done)
        return ALWAYS[self.state]
