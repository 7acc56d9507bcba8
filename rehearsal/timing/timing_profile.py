"""The profile of a clock: for each name a spread of values, their unit and where they are from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AWS_PROFILE = Path(__file__).with_name("aws.toml")
UNITS = ("s", "cpu-s", "share")
"""Seconds; seconds of one whole vCPU, stretched by a function's memory; a probability."""


class ProfileError(Exception):
    """A profile that can't be used; the message names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What is typical, and the ends of what is usual.

    ``long`` marks a wait that a rehearsal shortens by ``TimingProfile.compression`` while no user
    waits.
    """

    low: float
    typical: float
    high: float
    unit: str
    source: str
    long: bool = False


@dataclass(frozen=True, slots=True)
class TimingProfile:
    """All spreads by name, and the factor by which long waits outside the pause are shortened."""

    spreads: Mapping[str, Spread]
    compression: float


def read_profile(path: Path = AWS_PROFILE) -> TimingProfile:
    """The profile in a TOML file; ProfileError names the first entry that is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"it can't be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"no TOML: {error}") from None
    compression = document.pop("compression", {})
    factor = compression.get("factor") if isinstance(compression, dict) else None
    if not isinstance(factor, int | float) or factor < 1:
        raise ProfileError("compression.factor: a number, 1 or more, is required")
    if flat := [name for name, entries in document.items() if not isinstance(entries, dict)]:
        raise ProfileError(f"{flat[0]}: a table of entries is required, as in aws.toml")
    spreads = {
        f"{service}.{name}": _spread(f"{service}.{name}", entry)
        for service, entries in document.items()
        for name, entry in entries.items()
    }
    return TimingProfile(spreads, float(factor))


def _spread(name: str, entry: Mapping[str, Any]) -> Spread:
    try:
        spread = Spread(**entry)
        rises = 0 <= spread.low <= spread.typical <= spread.high
    except TypeError as error:
        raise ProfileError(f"{name}: {error}") from None
    if not rises:
        raise ProfileError(f"{name}: low, typical and high must rise, from 0 on")
    if spread.unit not in UNITS or not spread.source:
        raise ProfileError(f"{name}: a unit of {', '.join(UNITS)} and a source are required")
    return spread
