"""What a comparison of a table, or of a range of it, came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from redash_migration.database.verification.checksum import Checksum, together
from redash_migration.database.verification.differing import DifferingKey

Verdict = Literal["equal", "different", "unknown"]
"""Three outcomes: what could not be compared is neither equal nor different, and never a pass."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One table or range. `reason` says why it is unknown, or what differs beside rows."""

    table: str
    source: Checksum | None
    target: Checksum | None
    verdict: Verdict
    reason: str = ""
    keys: tuple[DifferingKey, ...] = ()

    @classmethod
    def of(cls, table: str, source: Checksum, target: Checksum) -> Compared:
        """Equal when rows and checksums are."""
        same = source == target
        reason = (
            ""
            if same
            else f"{source.rows} rows on the source, {target.rows} on the target"
            if source.rows != target.rows
            else f"{source.rows} rows on both sides, not all of them the same"
        )
        return cls(table, source, target, "equal" if same else "different", reason)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the record and in the parts of a table; checksums in hexadecimal."""
        return {
            "name": self.table,
            "rows": None if self.source is None else self.source.rows,
            "target_rows": None if self.target is None else self.target.rows,
            "source_checksum": None if self.source is None else str(self.source),
            "target_checksum": None if self.target is None else str(self.target),
            "match": {"equal": True, "different": False, "unknown": None}[self.verdict],
            "verdict": self.verdict,
            "reason": self.reason,
            "differing_keys": [key.to_json() for key in self.keys],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Compared:
        """The inverse of to_json()."""
        return cls(
            table=value["name"],
            source=_checksum(value["rows"], value["source_checksum"]),
            target=_checksum(value["target_rows"], value["target_checksum"]),
            verdict=value["verdict"],
            reason=value["reason"],
            keys=tuple(
                DifferingKey(dict(each["key"]), each["kind"]) for each in value["differing_keys"]
            ),
        )


def merge(table: str, parts: Sequence[Compared], expected: int) -> Compared:
    """A table's outcome from those of its ranges; unknown while one of `expected` is missing."""
    unknown = [part for part in parts if part.verdict == "unknown"]
    different = [part for part in parts if part.verdict == "different"]
    keys = tuple(key for part in different for key in part.keys)[:20]
    if len(parts) < expected or unknown:
        reason = (
            unknown[0].reason if unknown else f"{len(parts)} of {expected} ranges were compared"
        )
        verdict: Verdict = "different" if different else "unknown"
        return Compared(table, None, None, verdict, reason, keys)
    merged = Compared.of(
        table,
        together(part.source for part in parts if part.source is not None),
        together(part.target for part in parts if part.target is not None),
    )
    if different:
        return Compared(table, merged.source, merged.target, "different", different[0].reason, keys)
    return merged


def _checksum(rows: int | None, total: str | None) -> Checksum | None:
    return None if rows is None or total is None else Checksum(rows, int(total, 16))
