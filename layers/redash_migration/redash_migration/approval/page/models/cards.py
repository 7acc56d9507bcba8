"""The figures beside a question: how the stream and the source's disk do, or the new side."""

from __future__ import annotations

from typing import Any

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.parts import HIGH_LAG_SECONDS
from redash_migration.approval.texts import Texts

Model = dict[str, Any]


def stream_cards(texts: Texts, evidence: Evidence) -> list[Model]:
    """Before the cutover: how late changes arrive, what the slot holds, how long the disk lasts."""
    figures, stream, disk = texts.figures, evidence.stream, evidence.disk
    lag, held, left = stream.lag_seconds, disk.wal_held_bytes, disk.hours_left
    tone = {"WARN": "warn", "FAIL": "bad"}.get(disk.verdict, "")
    lasting = "stream.not_filling" if held is not None else "unknown"
    return [
        {
            "label": texts("stream.lag"),
            "value": texts("unknown") if lag is None else figures.duration(lag),
            "note": "",
            "tone": "warn" if lag is not None and lag > HIGH_LAG_SECONDS else "",
        },
        {
            "label": texts("stream.wal"),
            "value": texts("unknown") if held is None else figures.bytes(held),
            "note": texts("stream.wal_note", budget=figures.bytes(disk.wal_budget_bytes))
            if disk.wal_budget_bytes
            else "",
            "tone": tone,
        },
        {
            "label": texts("stream.disk"),
            "value": texts(lasting) if left is None else figures.hours(left),
            "note": texts("stream.disk_note", free=figures.bytes(disk.disk_free_bytes))
            if disk.disk_free_bytes
            else "",
            "tone": tone,
        },
    ]


def new_side_cards(texts: Texts, evidence: Evidence) -> list[Model]:
    """After the switch: smoke test, healthy targets, errors that users met, the pause it took."""
    side, figures = evidence.new_side, texts.figures
    assert side is not None  # noqa: S101 - the caller asks only then
    unknown = texts("unknown")
    passed = sum(status == "PASS" for _, status in side.smoke)
    healthy, total = side.healthy_targets, side.all_targets
    return [
        {
            "label": texts("new.smoke"),
            "value": texts("new.smoke_value", passed=passed, all=len(side.smoke))
            if side.smoke
            else unknown,
            "note": texts("new.smoke_note") if side.smoke else "",
            "tone": "" if passed == len(side.smoke) else "bad",
        },
        {
            "label": texts("new.health"),
            "value": unknown
            if healthy is None
            else figures.number(healthy)
            if total is None
            else texts("new.smoke_value", passed=healthy, all=total),
            "note": "",
            "tone": "bad" if healthy == 0 else "",
        },
        {
            "label": texts("new.errors"),
            "value": unknown if side.errors is None else figures.number(side.errors),
            "note": "",
            "tone": "warn" if side.errors else "",
        },
        {
            "label": texts("new.pause"),
            "value": unknown
            if side.write_pause_seconds is None
            else figures.duration(side.write_pause_seconds),
            "note": "",
            "tone": "",
        },
    ]


def as_of(texts: Texts, evidence: Evidence) -> str:
    """When these figures were measured, in words; "" where nobody knows."""
    side = evidence.new_side
    at = (evidence.disk.as_of or evidence.stream.as_of) if side is None else side.as_of
    return texts("stream.as_of", time=texts.figures.time(at)) if at else ""
