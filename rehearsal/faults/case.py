"""One fault: how it is brought about, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.options import Confirm

if TYPE_CHECKING:
    from rehearsal.world import World

Expected = Literal["SUCCEEDED", "FAILED", "ROLLED_BACK", "RETURNED", "REFUSED"]
"""The report's status; REFUSED when the execution ends without a report."""

Side = Literal["old", "new", "nobody"]


def _nothing(_world: World) -> None:
    return None


def _content(_world: World, _report: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Case:
    """``arm`` breaks something before the execution starts, ``afterwards`` acts at its end.

    ``error`` must be the report's error name, ``check`` the id of a check that says FAIL.
    ``serves`` is who must serve users in the end; by the expected status where it is not given.
    ``judge`` adds what else must hold: one line for each thing that does not.
    """

    what: str
    expected: Expected
    where: str = ""
    error: str = ""
    check: str = ""
    serves: Side | None = None
    arm: Callable[[World], None] = _nothing
    afterwards: Callable[[World], None] = _nothing
    judge: Callable[[World, Mapping[str, Any]], list[str]] = _content
    execution_input: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the template that differ from a rehearsal's own."""
    old_host: str = ""
    """A kind of old host; "": the one that was chosen (``OLD_HOST``)."""
    approve: Literal["auto", "reject", "nobody"] = "auto"
    confirm: Confirm | Literal["nobody"] = "keep"
    excused: frozenset[str] = frozenset()
    """What of ``invariants`` can't hold in this case; docs/rollback.md says why."""
    in_tests: bool = False
    by_name_only: bool = False
    """Not a part of the whole matrix: another case covers most of it in less time."""

    @property
    def serving(self) -> Side:
        """Who must serve users in the end."""
        if self.serves is not None:
            return self.serves
        return "new" if self.expected == "SUCCEEDED" else "old"

    @property
    def ending(self) -> str:
        """What must come of it, in a few words."""
        parts = [self.expected, self.error and f"with {self.error}", self.check]
        return ", ".join(part for part in parts if part)


_ENDS: Mapping[tuple[str, str], Expected] = {
    ("RequestApproval", "reject"): "ROLLED_BACK",
    ("RequestApproval", "expire"): "ROLLED_BACK",
    ("ConfirmCutover", "return"): "RETURNED",
    ("ConfirmCutover", "go_back"): "ROLLED_BACK",
}


def as_people_decided(report: Mapping[str, Any] | None) -> Case:
    """What must come of a rehearsal in which nothing is broken and people answer themselves.

    The last answer says so; without one that leads back, the new Redash must stay.
    """
    approvals = (report or {}).get("approvals") or [{}]
    last = (str(approvals[-1].get("purpose")), str(approvals[-1].get("decision")))
    return Case(what="as people decided", expected=_ENDS.get(last, "SUCCEEDED"))
