"""The write pause of whole rehearsals, part by part, beside what was predicted: by both clocks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from redash_migration.clock import moment

ROOT = Path(__file__).resolve().parent.parent
CLOCKS = ("fast", "aws")
PARTS: Mapping[str, tuple[str, ...]] = {
    "stop_services": ("StopServices",),
    "fence": ("FenceSource",),
    "drain": ("DrainChanges",),
    "restore": ("FinishRestore",),
    "verify": ("VerifyData",),
    "integrity": ("VerifyIntegrity", "FixSequences", "SmokeTest"),
    "last_look": ("LastLook",),
    "switch_traffic": ("SwitchTraffic",),
}
"""Each part of the pause with the states at whose end it ends; it begins where the last ended.

Sequences and the smoke test run beside the comparison: what they take longer is in `integrity`.
"""
_BESIDE = ("sequences", "smoke_test")


def measure_pauses(
    runs: int, work: Path, scale: str, say: Callable[[str], None]
) -> dict[str, list[dict[str, Any]]]:
    """So many rehearsals by each clock, each with times of its own; the figures of every one."""
    found: dict[str, list[dict[str, Any]]] = {}
    for clock in CLOCKS:
        found[clock] = []
        for seed in range(1, runs + 1):
            figures = figures_of(_rehearsed(work, clock, seed, scale))
            found[clock].append(figures)
            say(f"  {clock} clock: {figures['pause']} s, {figures['predicted']} s predicted")
    return found


def figures_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Of one report: the pause and its parts in seconds, measured and predicted."""
    return {
        "pause": report["write_pause_seconds"],
        "predicted": report["predicted_write_pause_seconds"],
        "low": report["predicted_write_pause_low_seconds"],
        "high": report["predicted_write_pause_high_seconds"],
        "parts": measured_parts(report["steps"], report["write_pause_seconds"]),
        "predicted_parts": report["predicted_parts"],
        "basis": report["predicted_basis"],
    }


def measured_parts(steps: Sequence[Mapping[str, Any]], pause: float) -> dict[str, float]:
    """Seconds of each part; they add up to the pause, which ends inside SwitchTraffic."""
    ends = {
        step["name"]: moment(step["started_at"]) + timedelta(seconds=step["seconds"])
        for step in steps
    }
    began = next(moment(step["started_at"]) for step in steps if step["name"] == "StopServices")
    parts, gone = {}, 0.0
    for part, states in PARTS.items():
        ended = max(ends[state] for state in states)
        until = min(pause, max(gone, (ended - began).total_seconds()))
        parts[part] = round(until - gone, 2)
        gone = until
    return parts


def _rehearsed(work: Path, clock: str, seed: int, scale: str) -> dict[str, Any]:
    folder = work / f"rehearsal-{clock}-{seed}"
    settings = {
        "APPROVE": "auto",
        "SCALE": scale,
        "CI": "1",
        "CLOCK": clock,
        "CLOCK_SEED": str(seed),
        "REHEARSAL_DIRECTORY": str(folder),
    }
    subprocess.run(
        [sys.executable, "-m", "rehearsal"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def pause_section(found: Mapping[str, Sequence[Mapping[str, Any]]], scale: str) -> str:
    """The results as a section of the page."""
    known = [clock for clock in CLOCKS if found.get(clock)]
    names = {"fast": "the fast clock", "aws": "AWS's clock"}
    lines = [
        f"### The write pause of a whole migration, {scale} scale",
        "",
        "| part, s | "
        + " | ".join(f"{names[clock]}, median | predicted" for clock in known)
        + " | predicted from |",
        "|---|" + "---|" * (2 * len(known) + 1),
    ]
    for part in PARTS:
        cells = []
        for clock in known:
            cells.append(_middle([run["parts"][part] for run in found[clock]]))
            cells.append(
                _middle([_predicted(run["predicted_parts"], part) for run in found[clock]])
            )
        basis = found[known[-1]][-1]["basis"].get(part, "")
        lines.append(f"| {part.replace('_', ' ')} | {' | '.join(cells)} | {basis} |")
    totals = []
    for clock in known:
        totals.append(f"**{_middle([run['pause'] for run in found[clock]])}**")
        totals.append(f"**{_middle([run['predicted'] for run in found[clock]])}**")
    lines.append(f"| **the pause** | {' | '.join(totals)} | |")
    for clock in known:
        runs = found[clock]
        pairs = "; ".join(f"{run['pause']:.1f} ({run['predicted']:.1f})" for run in runs)
        off = [abs(run["predicted"] / run["pause"] - 1) for run in runs]
        near = sum(share <= 0.2 for share in off)
        lines += [
            "",
            f"- by {names[clock]}: measured (predicted) {pairs}; {near} of {len(runs)} predictions"
            f" within 20 %, the farthest off by {100 * max(off):.0f} %",
        ]
    return "\n".join(lines)


def _predicted(parts: Mapping[str, float], part: str) -> float:
    """Where a way beside the comparison is the longest, it stands in the comparison's place."""
    beside = sum(parts.get(name, 0.0) for name in _BESIDE) if part == "integrity" else 0.0
    return parts.get(part, 0.0) + beside


def _middle(values: Sequence[float]) -> str:
    ordered = sorted(values)
    half = len(ordered) // 2
    middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return f"{middle:.1f}"
