"""Names of checks and steps in the reader's language, where there are some."""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.approval.evidence import Finding, TableEvidence
from redash_migration.approval.texts import Texts


def finding_text(texts: Texts, finding: Finding) -> str:
    """What was found: our own words where the check has some, else the step's."""
    text = texts.either(f"finding.{finding.id}", finding.detail, **finding.figures)
    return text or finding.id


def remedy_text(texts: Texts, finding: Finding) -> str:
    """What to do about it; empty when nothing is said."""
    return texts.either(f"remedy.{finding.id}", finding.remedy, **finding.figures)


_ORDER = (
    "stop",
    "stop_services",
    "fence",
    "drain",
    "stop_replication",
    "restore",
    "sequences",
    "verify",
    "integrity",
    "start",
    "smoke",
    "switch",
)


def in_order(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Parts of the pause in the order in which they come; unknown ones last."""
    known = {name: number for number, name in enumerate(_ORDER)}
    return sorted(parts.items(), key=lambda part: (known.get(part[0], len(known)), part[0]))


def part_name(texts: Texts, part: str) -> str:
    """A part of the predicted pause."""
    return texts.either(f"part.{part}", part.replace("_", " ").capitalize())


def table_state(texts: Texts, table: TableEvidence) -> str:
    """How far a table is proved equal."""
    if table.method == "restore":
        return texts("validation.restore")
    return texts(f"validation.{table.soundness}")
