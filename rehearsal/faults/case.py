"""One fault: how it is brought about, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rehearsal.world import World

Expected = Literal["SUCCEEDED", "FAILED", "ROLLED_BACK"]


def _nothing(_world: World) -> None:
    return None


def _content(_world: World, _report: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Case:
    """``arm`` breaks something before the execution starts, ``afterwards`` acts at its end.

    ``judge`` adds what else must hold: one line for each thing that does not.
    """

    what: str
    expected: Expected
    where: str = ""
    arm: Callable[[World], None] = _nothing
    afterwards: Callable[[World], None] = _nothing
    judge: Callable[[World, Mapping[str, Any]], list[str]] = _content
    execution_input: Mapping[str, Any] = field(default_factory=dict)
    in_tests: bool = False
