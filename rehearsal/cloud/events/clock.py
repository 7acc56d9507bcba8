"""The clock of scheduled rules, as fast as the rehearsal wants it."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime, timedelta

from rehearsal.cloud.events.bus import EventBus

UNITS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


def period(expression: str) -> float | None:
    """Seconds of ``rate(5 minutes)``; None for a cron expression; ValueError for neither."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if found:
        return int(found[1]) * UNITS[found[2]]
    if re.fullmatch(r"cron\(.+\)", expression):
        return None
    raise ValueError(f"{expression!r} is neither rate(...) nor cron(...)")


def cron_due(expression: str, moment: datetime) -> bool:
    """Whether a cron expression fires in this minute (UTC)."""
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    minute, hour, day, month, weekday, year = fields
    sunday_first = moment.isoweekday() % 7 + 1
    values: tuple[tuple[str, int, dict[str, int]], ...] = (
        (minute, moment.minute, {}),
        (hour, moment.hour, {}),
        (day, moment.day, {}),
        (month, moment.month, MONTHS),
        (weekday, sunday_first, WEEKDAYS),
        (year, moment.year, {}),
    )
    return all(_field_matches(field, value, names) for field, value, names in values)


_MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES.split(), 1)}


def _field_matches(field: str, value: int, names: dict[str, int]) -> bool:
    def number(text: str) -> int:
        return names.get(text.upper(), -1) if not text.isdecimal() else int(text)

    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            if not step or value % int(step) == 0:
                return True
            continue
        first, _, last = span.partition("-")
        low = number(first)
        high = number(last) if last else (value if step else low)
        if low <= value <= high and (not step or (value - low) % int(step) == 0):
            return True
    return False


class Clock:
    """Fires the scheduled rules. ``time_scale`` is how many seconds pass in one of ours."""

    def __init__(self, bus: EventBus, time_scale: float = 1.0) -> None:
        self.time_scale = time_scale
        self.paused = False
        self._bus = bus
        self._stopping = threading.Event()
        self._next: dict[str, float] = {}
        self._began = time.monotonic()
        self._minute = -1
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)

    def start(self) -> None:
        """Let the time run."""
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """No rule fires any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.wait(min(0.5, 10.0 / self.time_scale)):
            if not self.paused:
                self.tick((time.monotonic() - self._began) * self.time_scale)

    def tick(self, elapsed: float) -> None:
        """Fire what is due ``elapsed`` seconds after the start, in the rules' time."""
        minute = int(elapsed // 60)
        for rule in self._bus.rules():
            expression = getattr(rule, "scheduled_expression", None)
            if not expression:
                continue
            seconds = period(expression)
            if seconds is None:
                moment = datetime.now(UTC) + timedelta(seconds=elapsed * (1 - 1 / self.time_scale))
                if minute != self._minute and cron_due(expression, moment):
                    self._bus.fire(rule)
                continue
            due = self._next.setdefault(rule.arn, elapsed + seconds)
            if elapsed >= due:
                self._next[rule.arn] = max(due + seconds, elapsed)
                self._bus.fire(rule)
        self._minute = minute
