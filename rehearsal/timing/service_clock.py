"""The clock that all stand-ins go by."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping

from rehearsal.timing.timing_profile import TimingProfile

FULL_VCPU_MB = 1769
"""Memory at which a Lambda function has one whole vCPU (Lambda guide, "Configure memory")."""

_STEP_SECONDS = 0.25


AFTER_A_PAUSE = frozenset({"StartWorkers", "MeasureCutover", "Report"})
"""States in which users are served again, whichever way it went."""


class ServiceClock:
    """Draws each duration from the profile, from a source of chance that a seed repeats.

    Without a profile it is the fast clock: what a stand-in names as ``fast`` is what it takes.
    """

    def __init__(self, profile: TimingProfile | None = None, seed: int = 1) -> None:
        self.profile = profile
        self.seed = seed
        self.in_pause = False
        """While users wait, nothing is shortened."""
        self._chances: dict[str, random.Random] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """``fast`` or ``aws``."""
        return "fast" if self.profile is None else "aws"

    def seconds(self, name: str, fast: float = 0.0) -> float:
        """How long this takes this time."""
        if self.profile is None:
            return fast
        spread = self.profile.spreads[name]
        shorten = spread.long and not self.in_pause
        return self._draw(name) / (self.profile.compression if shorten else 1.0)

    def wait(self, name: str, fast: float = 0.0) -> None:
        """Let so much time go by."""
        seconds = self.seconds(name, fast)
        if seconds > 0:
            time.sleep(seconds)

    def wait_long(self, name: str, given_up: threading.Event) -> None:
        """Let a long wait go by that began while users waited: from when none does, it is shortened
        like any other. ``given_up`` ends it."""
        if self.profile is None:
            return
        left = self._draw(name)
        while left > 0 and not given_up.wait(min(left, _STEP_SECONDS)):
            left -= _STEP_SECONDS * (1.0 if self.in_pause else self.profile.compression)

    def happens(self, name: str) -> bool:
        """Whether something of this probability comes to pass now; never by the fast clock."""
        if self.profile is None:
            return False
        with self._lock:
            return self._chance(name).random() < self.profile.spreads[name].typical

    def at_memory(self, name: str, megabytes: int) -> float:
        """Seconds of work that one whole vCPU does in the time named, at so much memory."""
        return self.seconds(name) * max(1.0, FULL_VCPU_MB / max(128, megabytes))

    def follow(self, record: Mapping[str, object]) -> None:
        """Hear what happens in the rehearsal: when the write pause begins and ends."""
        kind, state = record.get("kind"), record.get("state")
        if kind == "state_entered" and state in {"StopServices", "CloseNewHome"}:
            self.in_pause = True
        elif ((kind, state) == ("state_exited", "SwitchBack") and not record.get("caught")) or (
            kind == "state_entered" and state in AFTER_A_PAUSE
        ):
            self.in_pause = False

    def _draw(self, name: str) -> float:
        assert self.profile is not None  # noqa: S101 - its callers have looked
        spread = self.profile.spreads[name]
        with self._lock:
            return self._chance(name).triangular(spread.low, spread.high, spread.typical)

    def _chance(self, name: str) -> random.Random:
        # One source a name: what another thread draws meanwhile changes nothing here.
        return self._chances.setdefault(name, random.Random(f"{self.seed}/{name}"))


_current = [ServiceClock()]


def clock() -> ServiceClock:
    """The clock of this rehearsal."""
    return _current[0]


def set_clock(wanted: ServiceClock) -> None:
    """Go by another clock from here on."""
    _current[0] = wanted
