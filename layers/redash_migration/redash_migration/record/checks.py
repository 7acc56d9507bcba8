"""The answers of all checks: PASS, WARN, FAIL or UNKNOWN, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from redash_migration.record.table import Item, RecordTable

CheckStatus = Literal["PASS", "WARN", "FAIL", "UNKNOWN"]
SEVERITY: tuple[CheckStatus, ...] = ("PASS", "WARN", "UNKNOWN", "FAIL")
"""From harmless to worst. UNKNOWN is not a pass: it closes a gate like FAIL."""

_WRITERS = 8


@dataclass(frozen=True, slots=True)
class Check:
    """One answer.

    ``id`` is a stable reason string such as ``source.wal_level``: an interface for whoever reads
    reports by program. ``detail`` says what was seen, ``remedy`` what to do about it.
    """

    id: str
    status: CheckStatus
    detail: str
    remedy: str = ""

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
        """Write answers, each over an earlier one of the same id; several side by side."""
        if len(checks) == 1:
            self._put(checks[0])
            return
        # Users may be waiting; imported here because most functions write one at a time.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(_WRITERS) as pool:
            for _ in pool.map(self._put, checks):
                pass

    def _put(self, check: Check) -> None:
        named = replace(check, id=f"{self._prefix}{check.id}")
        self._table.update(self._id, f"CHECK#{named.id}", values=dict(named.to_json()))

    def all(self) -> list[Check]:
        """Every answer, by id."""
        return [_from_item(item) for item in self._table.query(self._id, "CHECK#")]


def _from_item(item: Item) -> Check:
    status = str(item["status"])
    return Check(
        id=str(item["id"]),
        status=next((known for known in SEVERITY if known == status), "UNKNOWN"),
        detail=str(item.get("detail", "")),
        remedy=str(item.get("remedy", "")),
    )
