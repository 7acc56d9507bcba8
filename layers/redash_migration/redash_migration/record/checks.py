"""The answers of all checks: PASS, WARN, FAIL or UNKNOWN, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from redash_migration.plain_text import plain
from redash_migration.record.reading import text_of
from redash_migration.record.table import Item, RecordTable

CheckStatus = Literal["PASS", "WARN", "FAIL", "UNKNOWN"]
SEVERITY: tuple[CheckStatus, ...] = ("PASS", "WARN", "UNKNOWN", "FAIL")
"""From harmless to worst. UNKNOWN is not a pass: it closes a gate like FAIL."""


@dataclass(frozen=True, slots=True)
class Check:
    """One answer.

    ``id`` is a stable reason string such as ``source.wal_level``: an interface for whoever reads
    reports by program. ``detail`` says what was seen, ``remedy`` what to do about it. The
    names in them are other people's: whatever these hold, a check's texts are plain lines.
    """

    id: str
    status: CheckStatus
    detail: str
    remedy: str = ""

    def __post_init__(self) -> None:
        for part in ("id", "detail", "remedy"):
            object.__setattr__(self, part, plain(getattr(self, part)))

    def to_json(self) -> dict[str, str]:
        """As it stands in report.json."""
        return {
            "id": self.id,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
        }


def verdict(checks: Iterable[Check]) -> CheckStatus:
    """The worst status among the checks; PASS when there is none."""
    worst = max((SEVERITY.index(check.status) for check in checks), default=0)
    return SEVERITY[worst]


class Checks:
    """The checks of one migration; the latest answer of each id counts.

    ``prefix`` is put before the ids that are written, so that a return's answers stand beside those
    of the way forward: ``return.data.verified``.
    """

    def __init__(self, table: RecordTable, migration_id: str, prefix: str = "") -> None:
        self._table = table
        self._id = migration_id
        self._prefix = prefix

    def put(self, *checks: Check) -> None:
        """Write answers, each over an earlier one of the same id; of two given, the latter."""
        named = [replace(check, id=f"{self._prefix}{check.id}") for check in checks]
        self._table.update_all(
            self._id, {f"CHECK#{check.id}": dict(check.to_json()) for check in named}
        )

    def all(self) -> list[Check]:
        """Every answer, by id."""
        return [_from_item(item) for item in self._table.query(self._id, "CHECK#")]


def _from_item(item: Item) -> Check:
    """What an entry answers: one that can't be read is no pass."""
    return Check(
        id=str(item["sk"]).removeprefix("CHECK#"),
        status=next((known for known in SEVERITY if known == item.get("status")), "UNKNOWN"),
        detail=text_of(item, "detail"),
        remedy=text_of(item, "remedy"),
    )
