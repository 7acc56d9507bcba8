"""The predicted write pause, against what was granted for it."""

from __future__ import annotations

from redash_migration.database.prediction import Prediction
from redash_migration.record import Check


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
