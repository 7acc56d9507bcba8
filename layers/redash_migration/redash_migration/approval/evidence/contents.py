"""The evidence that a decision rests on, and the hash that binds the decision to it.

Figures tick while a person reads: a lag of 0.8 s becomes 1.1 s. What is hashed is therefore the
*material* part: what would make a careful person think again. A lag counts as fine or not fine, a
predicted pause, a size and a number of writes by their order of size; a check by its status and
its words, with the figures in them by their order of size too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from redash_migration.approval.evidence.parts import (
    HIGH_LAG_SECONDS,
    Finding,
    NewSide,
    Pause,
    SourceDisk,
    Stream,
    TableEvidence,
    WayHome,
)
from redash_migration.approval.evidence.sizes import size_class


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that one page shows."""

    purpose: str
    migration_id: str
    source_version: int
    target_version: int
    required: int
    requested_by: str
    tables: tuple[TableEvidence, ...]
    findings: tuple[Finding, ...]
    passed: int
    pause: Pause
    stream: Stream
    disk: SourceDisk
    new_side: NewSide | None = None
    started_at: str = ""
    way_home: WayHome | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the hash and what it was made from."""
        material, parts = self.material(), self.parts()
        return {**asdict(self), "material": material, "parts": parts, "hash": self.hash}

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that a person may accept, with a reason."""
        return tuple(finding for finding in self.findings if not finding.blocks)

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """Findings that keep the gate closed."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def total_rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def total_bytes(self) -> int:
        """Bytes of all tables with their indexes."""
        return sum(table.bytes for table in self.tables)

    @property
    def hash(self) -> str:
        """SHA-256 of the material part, in hex."""
        return _digest(self.material())

    def parts(self) -> dict[str, str]:
        """A short digest of each material part, so that it can be said which one changed."""
        material = self.material()
        findings = {f"finding:{finding[0]}": finding for finding in material.pop("findings")}
        return {key: _digest(value)[:8] for key, value in {**material, **findings}.items()}

    def material(self) -> dict[str, Any]:
        """What a decision depends on."""
        return {
            "purpose": self.purpose,
            "migration": self.migration_id,
            "versions": [self.source_version, self.target_version],
            "required": self.required,
            "requested_by": self.requested_by,
            "tables": sorted(
                [
                    table.name,
                    table.method,
                    table.soundness if table.method == "dms" else "",
                    table.match,
                    size_class(table.rows),
                    size_class(table.bytes),
                    sorted(column for column, _, _ in table.excluded_because),
                ]
                for table in self.tables
            ),
            "findings": sorted(list(finding.material()) for finding in self.findings),
            "pause": size_class(self.pause.seconds),
            "over_budget": (self.pause.seconds or 0.0) > self.pause.budget_seconds,
            "budget": self.pause.budget_seconds,
            "lag": "unknown"
            if self.stream.lag_seconds is None
            else "high"
            if self.stream.lag_seconds > HIGH_LAG_SECONDS
            else "fine",
            "in_sync": self.stream.in_sync,
            "disk": self.disk.verdict,
            "new_side": None if self.new_side is None else _material_of(self.new_side),
            "way_home": None
            if self.way_home is None
            else [
                self.way_home.possible,
                size_class(self.way_home.seconds),
                self.way_home.failed,
            ],
        }


def changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of the parts that differ, are new, or are gone."""
    return [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _material_of(side: NewSide) -> dict[str, Any]:
    if side.healthy_targets is None or side.all_targets is None:
        health = "unknown"
    elif side.healthy_targets == 0:
        health = "none"
    else:
        health = "all" if side.healthy_targets >= side.all_targets else "some"
    return {
        "smoke": sorted(list(check) for check in side.smoke),
        "health": health,
        "errors": size_class(side.errors),
        "writes": size_class(side.writes),
    }
