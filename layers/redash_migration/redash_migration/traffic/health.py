"""What target health says about a new home that nobody uses yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One target as DescribeTargetHealth shows it."""

    host: str
    port: int
    state: str
    reason: str


def healthy(targets: Iterable[Target]) -> list[Target]:
    """The targets that may get traffic."""
    return [target for target in targets if target.state == "healthy"]


def described(targets: Iterable[Target]) -> str:
    """``10.0.0.1:5000 unhealthy (Target.Timeout)``, one after the other."""
    lines = [
        f"{target.host}:{target.port} {target.state}"
        + (f" ({target.reason})" if target.reason else "")
        for target in targets
    ]
    return ", ".join(lines) or "no target is registered"
