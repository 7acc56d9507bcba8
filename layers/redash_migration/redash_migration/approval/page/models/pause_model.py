"""The predicted pause, as a page shows it."""

from __future__ import annotations

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import Pause
from redash_migration.approval.page.models.cards import Model
from redash_migration.approval.texts import Texts
from redash_migration.approval.wording import (
    in_order,
    part_name,
)


def pause_model(texts: Texts, evidence: Evidence) -> Model:
    """How long users will wait, what it is made of, and whether the budget allows it."""
    pause = evidence.pause
    if pause.seconds is None:
        return {"text": texts("prediction.none"), "parts": []}
    longest = max(pause.parts.values(), default=0) or 1
    return {
        "text": _likely(texts, pause, pause.seconds),
        "parts": [
            {
                "name": _part(texts, name, pause.basis.get(name, "")),
                "value": texts.figures.duration(seconds),
                "percent": max(1.0, round(100 * seconds / longest, 1)),
            }
            for name, seconds in in_order(pause.parts)
            if seconds > 0
        ],
    }


def _likely(texts: Texts, pause: Pause, seconds: float) -> str:
    figures = texts.figures
    if pause.low is None or pause.high is None:
        return texts("prediction.point", pause=figures.duration(seconds))
    return texts(
        "prediction.text",
        pause=figures.duration(seconds),
        low=figures.duration(pause.low),
        high=figures.duration(pause.high),
    )


def _part(texts: Texts, name: str, basis: str) -> str:
    known = part_name(texts, name)
    return texts("prediction.assumed", part=known) if basis == "assumed" else known
