"""The milestones of a direction: moments that later decisions depend on."""

from __future__ import annotations

from typing import Literal, get_args

Milestone = Literal[
    "started",
    "pause_began",
    "fenced",
    "drained",
    "switch_began",
    "pause_ended",
    "kept",
    "reopened",
    "rolled_back",
    "ended",
]
"""Each is a name in the record. From ``switch_began`` on users may be on the new side; ``reopened``
is noted when the old side answers users again, ``rolled_back`` when all is taken back, ``ended``
when the report is written."""

MILESTONES: tuple[Milestone, ...] = get_args(Milestone)

PAUSE_OVER: frozenset[Milestone] = frozenset({"pause_ended", "reopened"})
"""Either side answers users again."""
