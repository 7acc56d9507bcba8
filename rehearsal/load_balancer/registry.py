"""Targets of target groups: registered, draining, and what a health check last said of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import Any

DRAINING_SECONDS = 1.0
"""A fast rehearsal doesn't wait out the deregistration delay of minutes."""


@dataclass(slots=True)
class Registered:
    """One target; ``since`` is monotonic time."""

    id: str
    port: int
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = "Target registration is in progress"
    since: float = field(default_factory=time.monotonic)
    successes: int = 0
    failures: int = 0
    next_check: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def set(self, state: str, reason: str = "", description: str = "") -> None:
        """A new state with its reason, as DescribeTargetHealth names them.

        One that drains does so until it is gone or registered anew, whatever a check that was
        under way finds out of it.
        """
        with self._lock:
            if self.state != "draining":
                self.state, self.reason, self.description = state, reason, description


class Registry:
    """Registered targets by target group, each by its id *and* port.

    moto keeps one target for each id; on one machine all tasks share an address.
    """

    def __init__(self, draining: Callable[[str], float] | None = None) -> None:
        self.draining = draining
        """The deregistration delay of a group, by its ARN."""
        self._groups: dict[str, dict[tuple[str, int], Registered]] = {}
        self._lock = RLock()

    def register(self, group: str, target: str, port: int) -> None:
        """Add a target; a draining one comes back."""
        with self._lock:
            targets = self._groups.setdefault(group, {})
            known = targets.get((target, port))
            if known is None or known.state == "draining":
                targets[target, port] = Registered(target, port)

    def deregister(self, group: str, target: str, port: int | None) -> bool:
        """Let a target drain; False if it is not registered."""
        with self._lock:
            found = [
                known
                for known in self._groups.get(group, {}).values()
                if known.id == target and port in {None, known.port} and known.state != "draining"
            ]
            for known in found:
                known.set(
                    "draining",
                    "Target.DeregistrationInProgress",
                    "Target deregistration is in progress",
                )
                known.since = time.monotonic()
        return bool(found)

    def targets(self, group: str) -> list[Registered]:
        """The group's targets; those that have drained are gone."""
        seconds = DRAINING_SECONDS if self.draining is None else self.draining(group)
        with self._lock:
            targets = self._groups.setdefault(group, {})
            for key, known in list(targets.items()):
                drained = time.monotonic() - known.since > seconds
                if known.state == "draining" and drained:
                    del targets[key]
            return list(targets.values())

    def adopt(self, elbv2: Any) -> None:
        """Take over what was registered with moto before."""
        for group in elbv2.target_groups.values():
            for target in group.targets.values():
                self.register(group.arn, target["Id"], int(target["Port"] or group.port))
