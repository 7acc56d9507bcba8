"""The predicted write pause, against what was granted for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redash_migration.plan import TablePlan
from redash_migration.record import Check

# Bytes a second, on the slow side of what a small instance does; seconds.
_RESTORED = 15 << 20
_VERIFIED = 100 << 20
_SEQUENCES = 5_000
_STEPS = {"stop_services": 10.0, "fence": 3.0, "drain": 3.0, "stop_replication": 5.0}
_OPENING = {"smoke_test": 5.0, "switch_traffic": 3.0}


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds, altogether and by part."""

    seconds: float
    parts: Mapping[str, float]
    checks: tuple[Check, ...]


def predict_pause(tables: tuple[TablePlan, ...], sequences: int, budget: int) -> Pause:
    """What the plan will cost; a WARN when it is more than the budget (0: no budget)."""
    parts = {
        **_STEPS,
        "restore": sum(t.raw_bytes for t in tables if t.method == "restore") / _RESTORED,
        "sequences": sequences / _SEQUENCES,
        "verify": sum(t.raw_bytes for t in tables) / _VERIFIED,
        **_OPENING,
    }
    seconds = round(sum(parts.values()), 1)
    rounded = {name: round(value, 1) for name, value in parts.items()}
    return Pause(seconds, rounded, (_check(seconds, rounded, budget),))


def _check(seconds: float, parts: Mapping[str, float], budget: int) -> Check:
    name = "plan.write_pause"
    largest = max(parts, key=lambda part: parts[part])
    detail = f"{seconds:.0f} s predicted, the largest part {largest} with {parts[largest]:.0f} s"
    if budget and seconds > budget:
        return Check(
            name,
            "WARN",
            f"{detail}; {budget} s are granted",
            "Delete old rows of the largest tables first, or raise WritePauseBudgetSeconds.",
        )
    return Check(name, "PASS", detail)
