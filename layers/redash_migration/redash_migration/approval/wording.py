"""Names of checks and steps in the reader's language, where there are some."""

from __future__ import annotations

from redash_migration.approval.evidence import Finding, TableEvidence
from redash_migration.approval.texts import Texts


def finding_text(texts: Texts, finding: Finding) -> str:
    """What was found: our own words where the check has some, else the step's."""
    text = texts.either(f"finding.{finding.id}", finding.detail, **finding.figures)
    return text or finding.id


def remedy_text(texts: Texts, finding: Finding) -> str:
    """What to do about it; empty when nothing is said."""
    return texts.either(f"remedy.{finding.id}", finding.remedy, **finding.figures)


def part_name(texts: Texts, part: str) -> str:
    """A part of the predicted pause."""
    return texts.either(f"part.{part}", part.replace("_", " ").capitalize())


def table_state(texts: Texts, table: TableEvidence) -> str:
    """How far a table is proved equal."""
    if table.method == "restore":
        return texts("validation.restore")
    return texts(f"validation.{table.soundness}")
