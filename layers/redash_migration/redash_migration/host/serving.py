"""Which of the old host's containers start before users are sent there, and which after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AT_WORK = frozenset({"scheduler", "worker"})
"""Roles that write by themselves: they run on the side that serves, and nowhere else."""


def serving(host: Mapping[str, Any]) -> list[str]:
    """The containers that ran and only answer users, by name, as InspectHost found them."""
    working = {one["name"] for one in host["containers"] if one["role"] in AT_WORK}
    return [str(name) for name in host["running"] if name not in working]
