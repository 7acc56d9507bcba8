"""The parts of the evidence: a table, a finding, figures of both sides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from redash_migration.approval.evidence.sizes import order_of_size

Soundness = Literal["sound", "limited", "bad", "unknown"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

HIGH_LAG_SECONDS = 60.0

_STATES: Mapping[str, Soundness] = {
    "Validated": "sound",
    "Pending records": "sound",
    "Pending validation": "sound",
    "Pending revalidation": "sound",
    "Preparing table": "sound",
    "No primary key": "limited",
    "Not enabled": "limited",
    "Suspended records": "limited",
    "Mismatched records": "limited",
    "Table error": "bad",
    "Error": "bad",
}
"""AWS DMS User Guide, "Data validation": the pending states come and go while changes arrive."""


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """One table: size, way, how far it is proved equal, and why DMS can't carry it."""

    name: str
    method: str
    rows: int
    bytes: int
    validation: str = ""
    excluded_because: tuple[tuple[str, str, str], ...] = ()
    match: bool | None = None
    """Whether the checksums of both sides are equal; None before the write pause."""

    @property
    def soundness(self) -> Soundness:
        """What the validation state means."""
        return _STATES.get(self.validation, "unknown")


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that is not a plain PASS. ``figures`` fill the texts of findings made here."""

    id: str
    status: str
    detail: str = ""
    remedy: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        """Unknown is not a pass: only a WARN can be accepted by a person."""
        return self.status in {"FAIL", "UNKNOWN"}

    def material(self) -> tuple[str, ...]:
        """What of it a decision depends on: the words, figures by their order of size."""
        words = (_NUMBER.sub(order_of_size, text) for text in (self.detail, self.remedy))
        return (self.id, self.status, *words)


@dataclass(frozen=True, slots=True)
class Pause:
    """The predicted write pause and what it is made of, in seconds."""

    seconds: float | None
    parts: Mapping[str, float]
    budget_seconds: int
    low: float | None = None
    high: float | None = None
    """The ends of what is likely."""
    basis: Mapping[str, str] = field(default_factory=dict)
    """Whether each part was ``measured`` in this migration or is ``assumed``."""


@dataclass(frozen=True, slots=True)
class Stream:
    """How far the new database is behind, in seconds, and when that was measured."""

    lag_seconds: float | None
    in_sync: bool | None
    as_of: str


@dataclass(frozen=True, slots=True)
class SourceDisk:
    """What the replication slot holds on the old host, in bytes; hours until the disk is full."""

    wal_held_bytes: int | None
    wal_budget_bytes: int | None
    disk_free_bytes: int | None
    hours_left: float | None
    verdict: str
    as_of: str


@dataclass(frozen=True, slots=True)
class NewSide:
    """How the new side does since the switch. None: not measured."""

    switched_at: str
    smoke: tuple[tuple[str, str], ...]
    healthy_targets: int | None
    all_targets: int | None
    errors: int | None
    writes: int | None
    write_pause_seconds: float | None
    as_of: str


@dataclass(frozen=True, slots=True)
class WayHome:
    """Whether a return would bring everything home (None: not known now), the write pause it would
    take in seconds and what that is made of, and the error's name of one that was tried."""

    possible: bool | None
    seconds: float | None
    parts: Mapping[str, float]
    failed: str
    as_of: str
