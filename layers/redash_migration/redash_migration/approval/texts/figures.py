"""Numbers, sizes, durations and times as people read them in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from redash_migration.clock import moment


@dataclass(frozen=True, slots=True)
class Figures:
    """How one language writes figures. Times are shown in one named zone, never a guessed one."""

    zone: timezone
    zone_name: str
    day: str
    day_pattern: str
    second: str
    minute: str
    hour: str
    joint: str
    many: tuple[tuple[float, float, str], ...]

    def number(self, value: float) -> str:
        """A whole number with thousands separated."""
        return f"{value:,.0f}"

    def short(self, value: float) -> str:
        """A large number in few characters: 1.2M, 120万."""
        for least, size, unit in self.many:
            if value >= least:
                scaled = value / size
                return f"{scaled:.0f}{unit}" if scaled >= 100 else f"{_trim(scaled)}{unit}"
        return self.number(value)

    def bytes(self, value: float) -> str:
        """A size in powers of 1000: 48 MB."""
        size, units = float(value), ["B", "kB", "MB", "GB", "TB"]
        while size >= 999.5 and len(units) > 1:
            size /= 1000
            del units[0]
        text = f"{size:.0f}" if units[0] == "B" or size >= 100 else _trim(size)
        return f"{text} {units[0]}"

    def duration(self, seconds: float) -> str:
        """Seconds, minutes or hours, with no more parts than one plans with."""
        if seconds < 10 and seconds != int(seconds):
            return f"{seconds:.1f}{self.second}"
        whole = round(seconds)
        if whole < 120:
            return f"{whole}{self.second}"
        if whole < 2 * 3600:
            minutes, rest = divmod(whole, 60)
            text = f"{minutes}{self.minute}"
            return f"{text}{self.joint}{rest}{self.second}" if rest and minutes < 10 else text
        return self.hours(whole / 3600)

    def hours(self, hours: float) -> str:
        """Hours; days from two days on."""
        if hours >= 48:
            return f"{self.number(hours / 24)}{self.day}"
        if hours >= 10:
            return f"{self.number(hours)}{self.hour}"
        return f"{_trim(hours)}{self.hour}"

    def time(self, when: datetime | str) -> str:
        """Day and time of day, with the zone."""
        at = (moment(when) if isinstance(when, str) else when).astimezone(self.zone)
        day = self.day_pattern.format(
            year=at.year, month=at.month, day=at.day, name=at.strftime("%b")
        )
        return f"{day} {at:%H:%M} {self.zone_name}"

    def read_local(self, text: str) -> datetime | Literal["invalid"] | None:
        """A browser's ``2026-01-31T22:00``, meant in this language's zone; None for nothing."""
        if not text.strip():
            return None
        try:
            return datetime.fromisoformat(text.strip()[:19]).replace(tzinfo=self.zone)
        except ValueError:
            return "invalid"

    def clock(self, when: datetime | str) -> str:
        """The time of day alone, with the zone."""
        at = (moment(when) if isinstance(when, str) else when).astimezone(self.zone)
        return f"{at:%H:%M} {self.zone_name}"


def _trim(value: float) -> str:
    """One decimal, none when it is 0."""
    return f"{value:.1f}".removesuffix(".0")


FIGURES: Mapping[str, Figures] = {
    "en": Figures(
        zone=timezone.utc,  # noqa: UP017 - of the same type as the zone below
        zone_name="UTC",
        day=" days",
        day_pattern="{day} {name} {year}",
        second=" s",
        minute=" min",
        hour=" h",
        joint=" ",
        many=((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")),
    ),
    # Japan has one zone and no summer time, so that no zone database is needed.
    "ja": Figures(
        zone=timezone(timedelta(hours=9)),
        zone_name="JST",
        day="日",
        day_pattern="{year}年{month}月{day}日",
        second="秒",
        minute="分",
        hour="時間",
        joint="",
        many=((1e8, 1e8, "億"), (1e4, 1e4, "万")),
    ),
}
