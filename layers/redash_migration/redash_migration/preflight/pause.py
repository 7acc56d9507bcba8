"""What is predicted, against what was granted for it: the write pause, the load before it."""

from __future__ import annotations

from dataclasses import dataclass

from redash_migration.database.prediction import Prediction
from redash_migration.record import Check

LOAD_BYTES_PER_SECOND = 10 << 20
"""Assumed of DMS's full load, validation included, on a small instance."""
_HALF_TO_DOUBLE = 1.5
"""The load may take from half to twice as long: so wide, in predictions, is what is not known."""


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds that the question stands, and that the load may take (0: not known)."""

    approval: int = 0
    load: int = 0


NO_WINDOW = Window()
"""Nothing is known, and nothing compared."""


def window_check(size: int, window: Window) -> Check:
    """Will somebody be there while the question is open?

    It opens when ``size`` bytes are loaded, and stands as long as the window. A WARN where the load
    is predicted to be cut off, or where the moment of the question can be told less exactly than it
    lasts.
    """
    name = "plan.approval_window"
    seconds = size / LOAD_BYTES_PER_SECOND
    detail = (
        f"the load takes about {_long(seconds)}; the question is asked after it and stands"
        f" {_long(window.approval)}"
    )
    if window.load and seconds > window.load:
        limit = f"{detail}; the load is cut off after {_long(window.load)}"
        return Check(name, "WARN", limit, "Raise FullLoadTimeoutHours.")
    if window.approval and seconds * _HALF_TO_DOUBLE > window.approval:
        return Check(
            name,
            "WARN",
            f"{detail}: it may open and expire while nobody is there",
            "Start so that the question opens in your window, or raise ApprovalTimeoutHours.",
        )
    return Check(name, "PASS", detail)


def _long(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.1f} hours" if hours >= 1 else f"{max(1, round(seconds / 60))} minutes"


def pause_check(prediction: Prediction, budget: int) -> Check:
    """A WARN when the pause is predicted to be longer than the budget in seconds (0: none)."""
    name = "plan.write_pause"
    largest = max(prediction.parts, key=lambda part: prediction.parts[part])
    detail = (
        f"{prediction.seconds:.0f} s predicted, the largest part {largest} with"
        f" {prediction.parts[largest]:.0f} s"
    )
    if budget and prediction.seconds > budget:
        return Check(
            name,
            "WARN",
            f"{detail}; {budget} s are granted",
            "Delete old rows of the largest tables first, or raise WritePauseBudgetSeconds.",
        )
    return Check(name, "PASS", detail)
