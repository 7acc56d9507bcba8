"""The write pause as a picture: each step where it ran, with what was predicted beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redash_migration.approval.texts import Texts
from redash_migration.clock import seconds_between
from redash_migration.course import doing

PARTS: Mapping[str, str] = {
    "StopServices": "stop_services",
    "FenceSource": "fence",
    "DrainChanges": "drain",
    "RestoreTable": "restore",
    "FixSequences": "sequences",
    "VerifyData": "verify",
    "VerifyIntegrity": "integrity",
    "SmokeTest": "smoke_test",
    "LastLook": "last_look",
    "SwitchTraffic": "switch_traffic",
}
"""The step that a part of the prediction is about."""

RETURNING: Mapping[str, str] = {
    "CloseNewHome": "close_new_home",
    "FenceTarget": "fence",
    "ReturnTable": "carry",
    "ReturnSequences": "sequences",
    "VerifyReturned": "verify",
    "VerifyOldHome": "integrity",
    "OpenSource": "",
    "StartOldServices": "start_old_services",
    "LookAtOldHome": "",
    "TryOldHome": "smoke_test",
    "LookOnceMore": "",
    "SwitchBack": "switch_traffic",
}
"""The same for the pause of a return."""

LEAST_PERCENT = 0.6


def timeline(texts: Texts, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Steps of the pause from their start on; empty where there was none."""
    if report["write_pause_seconds"] is None:
        return []
    steps = [step for step in report["steps"] if doing(step["name"]).stage == "pause"]
    return _bars(texts, report["predicted_parts"] or {}, steps, PARTS)


def timeline_of_return(texts: Texts, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of a return that led home at its first try: a step's time reaches from its first
    start to its last end, over all tries."""
    home = report["return"] or {}
    if home.get("write_pause_seconds") is None or home["failed"]:
        return []
    steps = [step for step in report["steps"] if step["name"] in RETURNING]
    return _bars(texts, home["predicted_parts"], steps, RETURNING)


def _bars(
    texts: Texts,
    predicted: Mapping[str, float],
    steps: Sequence[Mapping[str, Any]],
    parts: Mapping[str, str],
) -> list[dict[str, Any]]:
    if not steps:
        return []
    began = min(step["started_at"] for step in steps)
    long = max(_end(began, step) for step in steps) or 1.0
    return [
        _bar(texts, predicted.get(parts.get(step["name"], "")), step, began, long) for step in steps
    ]


def _end(began: str, step: Mapping[str, Any]) -> float:
    return seconds_between(began, step["started_at"]) + float(step["seconds"])


def _bar(
    texts: Texts, expected: float | None, step: Mapping[str, Any], began: str, long: float
) -> dict[str, Any]:
    figures = texts.figures
    return {
        "name": doing(step["name"]).text(texts.language),
        "state": step["name"],
        "failed": step["status"] == "FAILED",
        "left": round(100 * seconds_between(began, step["started_at"]) / long, 2),
        "width": max(LEAST_PERCENT, round(100 * float(step["seconds"]) / long, 2)),
        "measured": figures.duration(_tenths(step["seconds"])),
        "predicted": "" if expected is None else figures.duration(_tenths(expected)),
    }


def _tenths(seconds: float) -> float:
    return round(float(seconds), 1)


def elsewhere(
    texts: Texts, steps: Sequence[Mapping[str, Any]], waiting: frozenset[str]
) -> list[dict[str, str]]:
    """The other steps with their seconds; time that people took to answer is left out."""
    return [
        {
            "name": doing(step["name"]).text(texts.language),
            "state": step["name"],
            "seconds": texts.figures.duration(_tenths(step["seconds"])),
            "failed": step["status"] == "FAILED",
        }
        for step in steps
        if doing(step["name"]).stage != "pause" and step["name"] not in waiting
    ]
